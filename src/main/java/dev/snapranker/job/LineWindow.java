package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The lines that are ranked at the same time. Their results come out in the order of the input. */
final class LineWindow implements AutoCloseable {
  private final LineReader lines;
  private final Function<LineReader.Line, LineResult> rank;
  private final ExecutorService threads;
  private final Deadline readUntil;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private boolean atEnd;

  /**
   * An empty window.
   *
   * @param rank ranks a line; the threads call it
   * @param readUntil no new line is started after it
   */
  LineWindow(
      LineReader lines,
      Function<LineReader.Line, LineResult> rank,
      ExecutorService threads,
      Deadline readUntil) {
    this.lines = lines;
    this.rank = rank;
    this.threads = threads;
    this.readUntil = readUntil;
  }

  /**
   * Fills the window and removes its first line; null at the input's end.
   *
   * @param most the most lines in the window
   * @throws ReadTimeoutException if the window is empty and the time for reading is over
   */
  @Nullable Entry next(int most) throws IOException {
    fill(most);
    if (entries.isEmpty() && !atEnd) {
      throw new ReadTimeoutException();
    }
    return entries.poll();
  }

  private void fill(int most) throws IOException {
    try {
      while (!atEnd && entries.size() < most && !readUntil.passed()) {
        LineReader.@Nullable Line line = lines.next();
        if (line == null) {
          atEnd = true;
        } else {
          entries.add(new Entry(line, threads.submit(() -> rank.apply(line))));
        }
      }
    } catch (ReadTimeoutException e) {
      // Lines in the window may still finish in time.
    }
  }

  /** Abandons the lines in the window. */
  @Override
  public void close() {
    entries.forEach(entry -> entry.result.cancel(true));
  }

  /** A line and its future result. */
  record Entry(LineReader.Line line, Future<LineResult> result) {

    /** Waits for the result; null if time runs out. */
    @Nullable LineResult await(Deadline until) {
      try {
        return result.get(Math.max(0, until.remainingNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        return null; // the function must stop in time
      } catch (ExecutionException e) {
        return switch (e.getCause()) {
          case RerankException late when late.reason() == Reason.TIMED_OUT -> null;
          case RuntimeException defect -> throw defect;
          case Error fatal -> throw fatal;
          case null, default -> throw new IllegalStateException(e);
        };
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("ranking was interrupted");
      }
    }
  }
}
