package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Version;
import dev.snapranker.boot.Wiring;
import dev.snapranker.model.Sha256;
import dev.snapranker.rank.Reranker;
import dev.snapranker.store.DamagedException;
import dev.snapranker.store.GzipException;
import dev.snapranker.store.ObjectInput;
import dev.snapranker.store.ObjectRef;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import dev.snapranker.wire.dialect.LineJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ranks a shard's lines and writes their results in order, in constant memory. It may be ended at
 * any moment and run again, by the same or another process, even by two at a time: the outputs
 * appear whole, and are the same bytes each time.
 */
public final class ShardJob implements AutoCloseable {
  private static final int MOST_STARTS = 3;

  /** Calls that may end without getting past a line, before it is an error. */
  private static final int MOST_TIMEOUTS = 2;

  /** Of the outputs' lines; another number if they change. */
  private static final String OUTPUT_FORMAT = "1";

  private final WritableStore store;
  private final Reranker reranker;
  private final String models;
  private final Settings settings;
  private final JobOptions options;
  private final JobLog log;
  private final int window;
  private final ExecutorService threads;

  public ShardJob(
      WritableStore store, Wiring wiring, Settings settings, JobOptions options, JobLog log) {
    this.store = store;
    this.reranker = wiring.reranker();
    this.models = wiring.identity();
    this.settings = settings;
    this.options = options;
    this.log = log;
    // While one line's last documents are scored, the next one's keep the other threads busy.
    this.window = settings.scoringThreads() + 1;
    this.threads =
        Executors.newFixedThreadPool(
            window, Thread.ofPlatform().name("line-", 0).daemon().factory());
  }

  /** The shard's outputs, or as much of them as there is time for. */
  public Outcome run(Shard shard, Time time) {
    for (int starts = 1; ; starts++) {
      try {
        return goOn(shard, time, starts == 1);
      } catch (StartOverException | DamagedException e) {
        log.note("%s starts over: %s".formatted(shard.input(), e.getMessage()));
        if (starts == MOST_STARTS) {
          throw e;
        }
        startOver(shard, e instanceof StartOverException gone ? gone.goneUpload() : null);
      }
    }
  }

  private Outcome goOn(Shard shard, Time time, boolean first) {
    boolean hadTime = !time.takeUntil().passed();
    WritableStore.Stat input = store.stat(shard.input());
    if (input == null) {
      throw new StoreException(shard.input(), "is not there");
    }
    Progress progress =
        new Progress(store, shard, claim(shard).take(first), options.checkpointMillis());
    if (first && progress.stage() != Checkpoint.Stage.DONE) {
      discardOthers(shard, progress);
    }
    if (progress.stage() == Checkpoint.Stage.RANKING
        && !rank(shard, input, progress, time, hadTime)) {
      progress.save();
      log.saved(progress.outcome());
      return progress.outcome();
    }
    if (progress.stage() == Checkpoint.Stage.RANKING) {
      progress.end();
    }
    if (progress.stage() == Checkpoint.Stage.COMMITTING) {
      progress.commit();
      log.saved(progress.outcome());
    }
    progress.discard();
    return progress.outcome();
  }

  private Claim claim(Shard shard) {
    return Claim.of(store, shard, fingerprint(shard.input()), log);
  }

  /**
   * Once a run, and before it begins an upload of its own: so two runs at once cannot keep each
   * other from ending. What a checkpoint names is kept.
   */
  private void discardOthers(Shard shard, Progress progress) {
    try {
      progress.discardOthers();
      for (ObjectRef each : shard.everWritten()) {
        if (!shard.outputs().contains(each)) {
          store.discardOthers(each, null);
        }
      }
    } catch (StoreException e) {
      log.note("what killed runs may have left is not removed: " + e.getMessage());
    }
  }

  /**
   * Another run may be done by now, or further, and have taken the upload away: then its checkpoint
   * says where to go on.
   */
  private void startOver(Shard shard, @Nullable String goneUpload) {
    Checkpoint known = new Checkpoints(store).load(shard.checkpoint());
    if (known == null || known.header().stage() == Checkpoint.Stage.DONE) {
      return;
    }
    if (goneUpload == null
        || known.header().outputs().stream().anyMatch(each -> goneUpload.equals(each.upload()))) {
      claim(shard).startOver(known);
    }
  }

  /** What decides every byte of the outputs. */
  private String fingerprint(ObjectRef input) {
    return Sha256.hex(
        String.join(
                "\n",
                OUTPUT_FORMAT,
                Version.read(),
                String.valueOf(store.digest(input)),
                options.lines().toString(),
                Boolean.toString(options.trec()),
                models,
                settings.limits().toString())
            .getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether all lines are done with.
   *
   * @param hadTime whether there was any when the run began
   */
  private boolean rank(
      Shard shard, WritableStore.Stat stat, Progress progress, Time time, boolean hadTime) {
    AtomicBoolean given = new AtomicBoolean(); // up
    LineRanker ranker =
        new LineRanker(
            reranker,
            new LineJson(settings.limits(), options.lines()),
            settings.limits(),
            options.trec(),
            (line, defect) -> {
              if (!given.get()) { // what is interrupted may fail in any way
                log.defect(line, defect);
              }
            });
    long before = progress.line();
    ObjectInput input = new ObjectInput(store, shard.input(), stat);
    Deque<InWork> inWork = new ArrayDeque<>();
    try (LineReader lines =
        new LineReader(
            input, shard.input(), settings.limits().maxPayloadBytes(), time.takeUntil())) {
      skip(lines, progress);
      boolean ended = false;
      while (true) {
        // A line that did not end in time before has all threads.
        int most = progress.timeouts() > 0 ? 1 : window;
        while (!ended && inWork.size() < most && !time.takeUntil().passed()) {
          try {
            LineReader.@Nullable Line line = lines.next();
            if (line == null) {
              ended = true;
            } else {
              inWork.add(
                  new InWork(line, threads.submit(() -> ranker.rank(line, time.rankUntil()))));
            }
          } catch (LateException e) {
            break; // what is in work may still end
          }
        }
        if (inWork.isEmpty() && ended) {
          return true;
        }
        if (inWork.isEmpty()) {
          throw new LateException();
        }
        InWork next = inWork.remove();
        Written written = await(next, time.rankUntil());
        if (written == null && progress.line() == before) {
          progress.timedOut();
          written = progress.timeouts() < MOST_TIMEOUTS ? null : ranker.late(next.line);
        }
        if (written == null) {
          return false;
        }
        log.written(written, input.position());
        if (progress.append(written)) {
          log.saved(progress.outcome());
        }
      }
    } catch (LateException e) {
      if (hadTime && progress.line() == before) {
        requireReadable(shard, progress);
      }
      return false;
    } catch (GzipException e) {
      throw damaged(input, shard, progress, e);
    } catch (IOException e) {
      throw new StoreException(shard.input(), "cannot be read: " + e.getMessage(), e);
    } finally {
      given.set(true);
      inWork.forEach(each -> each.result.cancel(true));
    }
  }

  /** That reading alone takes all of the time happens once, or each time. */
  private static void requireReadable(Shard shard, Progress progress) {
    progress.timedOut();
    if (progress.timeouts() >= MOST_TIMEOUTS) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "input",
          "%s cannot be read up to line %d in the time of a call; cut it into smaller shards (--split)"
              .formatted(shard.input(), progress.line() + 1));
    }
  }

  /** Reads what is done with again, as gzip has no other way, and finds that it is the same. */
  private static void skip(LineReader lines, Progress progress) throws IOException {
    LineReader.@Nullable Line line = null;
    while (line == null ? progress.line() > 0 : line.number() < progress.line()) {
      line = lines.next();
      if (line == null) {
        throw new StartOverException("the input has fewer lines than were done with");
      }
    }
    if (line != null && !line.digest().equals(progress.digest())) {
      throw new StartOverException("the input was read with other bytes before");
    }
  }

  /** A line's results; null if time ran out. */
  private static @Nullable Written await(InWork inWork, Deadline until) {
    try {
      return inWork.result.get(Math.max(0, until.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return null; // the function must end in time, whatever the line is at
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RerankException late && late.reason() == Reason.TIMED_OUT) {
        return null;
      }
      if (e.getCause() instanceof Error fatal) {
        throw fatal;
      }
      throw e.getCause() instanceof RuntimeException defect ? defect : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("ranking was interrupted");
    }
  }

  /** Whether the wire or the object itself is to blame: the rest of it tells. */
  private static StoreException damaged(
      ObjectInput input, Shard shard, Progress progress, GzipException e) {
    try {
      input.transferTo(OutputStream.nullOutputStream());
    } catch (DamagedException wire) {
      return wire;
    } catch (IOException other) {
      e.addSuppressed(other);
    }
    return new StoreException(
        shard.input(),
        "is not whole gzip, after line %d or later: %s".formatted(progress.line(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** A line and what will become of it. */
  private record InWork(LineReader.Line line, Future<Written> result) {}

  /**
   * How long a run may take.
   *
   * @param takeUntil when no new line is begun
   * @param rankUntil when lines that are begun are given up
   */
  public record Time(Deadline takeUntil, Deadline rankUntil) {
    /** What is left for uploading and for the checkpoint. */
    private static final long WRITING_MILLIS = 10_000;

    /** No limit. */
    public static Time unlimited() {
      return new Time(Deadline.never(), Deadline.never());
    }

    /** Of a function that is ended after so long. */
    public static Time of(long millis) {
      long writing = Math.min(WRITING_MILLIS, millis / 4);
      return new Time(Deadline.inMillis(millis - 2 * writing), Deadline.inMillis(millis - writing));
    }
  }
}
