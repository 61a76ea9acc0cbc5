package dev.snapranker.dev.batch;

import dev.snapranker.api.Counted;
import dev.snapranker.dev.cli.Terminal;
import dev.snapranker.job.JobLog;
import dev.snapranker.job.LineResult;
import java.io.PrintWriter;
import java.time.Duration;

/** Draws a progress bar with rate, time left and errors, if the output is a terminal. */
final class BatchProgress implements JobLog, AutoCloseable {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = 200_000_000;

  private final PrintWriter out;
  private final long totalBytes;
  private final boolean watched = Terminal.isInteractive();
  private final long startedNanos = System.nanoTime();
  private long drawnNanos = startedNanos;
  private long doneBytes;
  private long shardBytes;
  private long skippedBytes = -1; // finished by an earlier run; negative until known
  private long lines;
  private long errors;

  /**
   * @param totalBytes the size of all inputs
   */
  BatchProgress(PrintWriter out, long totalBytes) {
    this.out = out;
    this.totalBytes = totalBytes;
  }

  @Override
  public void lineDone(LineResult result, long inputBytes) {
    shardBytes = inputBytes;
    if (skippedBytes < 0) {
      skippedBytes = doneBytes + shardBytes;
    }
    lines++;
    errors += result.bad() ? 1 : 0;
    if (watched && System.nanoTime() - drawnNanos > REDRAW_NANOS) {
      drawnNanos = System.nanoTime();
      draw();
    }
  }

  /** Counts a shard as done. */
  void shardDone(long bytes) {
    doneBytes += bytes;
    shardBytes = 0;
  }

  private void draw() {
    long bytes = doneBytes + shardBytes;
    int full = (int) (WIDTH * bytes / Math.max(1, totalBytes));
    double perSecond = (bytes - skippedBytes) / Math.max(1e-9, seconds());
    String left = perSecond <= 0 ? "?" : clock(Math.round((totalBytes - bytes) / perSecond));
    out.printf(
        "\r[%s%s] %s, %.1f lines/s, %s left, %s \u001b[K",
        "#".repeat(full),
        " ".repeat(WIDTH - full),
        Counted.of(lines, "line"),
        lines / seconds(),
        left,
        Counted.of(errors, "error"));
    out.flush();
  }

  private static String clock(long seconds) {
    Duration time = Duration.ofSeconds(seconds);
    return "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  String summary() {
    return "%s now, %.1f lines/s".formatted(Counted.of(lines, "line"), lines / seconds());
  }

  private double seconds() {
    return (System.nanoTime() - startedNanos) / 1e9;
  }

  @Override
  public void note(String message) {
    clear();
    out.println(message);
    out.flush();
  }

  @Override
  public void defect(long line, RuntimeException defect) {
    note("line " + line + " failed: " + defect.getClass().getName());
  }

  private void clear() {
    if (watched) {
      out.print("\r\u001b[K");
    }
  }

  @Override
  public void close() {
    clear();
    out.flush();
  }
}
