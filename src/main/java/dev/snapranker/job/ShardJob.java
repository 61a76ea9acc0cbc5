package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.model.Sha256;
import dev.snapranker.rank.Reranker;
import dev.snapranker.store.DamagedException;
import dev.snapranker.store.ObjectInput;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import dev.snapranker.wire.LineJson;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Ranks a shard's lines and writes their results in order, in constant memory. It may be ended at
 * any moment and run again, by the same or another process, even by two at a time: the outputs
 * appear whole, and are the same bytes each time.
 */
public final class ShardJob implements AutoCloseable {
  private static final int MOST_STARTS = 3;

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
        return goOn(shard, time);
      } catch (StartOverException | DamagedException e) {
        log.note("%s starts over: %s".formatted(shard.input(), e.getMessage()));
        forget(shard);
        if (starts == MOST_STARTS) {
          throw e;
        }
      }
    }
  }

  private Outcome goOn(Shard shard, Time time) {
    WritableStore.Stat input = store.stat(shard.input());
    if (input == null) {
      throw new StoreException(shard.input(), "is not there");
    }
    Progress progress = progress(shard, fingerprint(input));
    if (progress.stage() == Checkpoint.Stage.RANKING && !rank(shard, input, progress, time)) {
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
    return progress.outcome();
  }

  /** Where an earlier run of the same job left off. */
  private Progress progress(Shard shard, String fingerprint) {
    Checkpoint known = new Checkpoints(store).load(shard.checkpoint());
    if (known != null && !known.header().fingerprint().equals(fingerprint)) {
      log.note("%s starts anew: input, options or model changed".formatted(shard.input()));
      new Progress(store, shard, fingerprint, withOutputs(known, shard), 0).discard();
      known = null;
    }
    if (known != null && known.header().stage() == Checkpoint.Stage.DONE && !outputsAre(shard)) {
      log.note("%s starts anew: its outputs are gone".formatted(shard.input()));
      known = null;
    }
    if (known != null) {
      log.note(
          known.header().stage() == Checkpoint.Stage.DONE
              ? "%s is done already".formatted(shard.input())
              : "%s goes on after line %d".formatted(shard.input(), known.header().line()));
    }
    return new Progress(store, shard, fingerprint, known, options.checkpointMillis());
  }

  /** Null if the checkpoint is of another number of outputs. */
  private static @Nullable Checkpoint withOutputs(Checkpoint known, Shard shard) {
    int outputs = shard.run() == null ? 1 : 2;
    return known.header().outputs().size() == outputs ? known : null;
  }

  private boolean outputsAre(Shard shard) {
    return store.stat(shard.results()) != null
        && (shard.run() == null || store.stat(shard.run()) != null);
  }

  private void forget(Shard shard) {
    Checkpoint known = new Checkpoints(store).load(shard.checkpoint());
    if (known == null || known.header().stage() != Checkpoint.Stage.DONE) { // by another run
      store.delete(shard.checkpoint());
    }
  }

  /** What decides every byte of the outputs. */
  private String fingerprint(WritableStore.Stat input) {
    return Sha256.hex(
        String.join(
                "\n",
                input.etag(),
                options.lines().toString(),
                Boolean.toString(options.trec()),
                models,
                settings.limits().toString())
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Whether all lines are done with. */
  private boolean rank(Shard shard, WritableStore.Stat stat, Progress progress, Time time) {
    LineRanker ranker =
        new LineRanker(
            reranker,
            new LineJson(settings.limits(), options.lines()),
            settings.limits(),
            options.trec(),
            log::defect);
    ObjectInput input = new ObjectInput(store, shard.input(), stat);
    Deque<InWork> inWork = new ArrayDeque<>();
    try (LineReader lines = new LineReader(input, settings.limits().maxPayloadBytes())) {
      skip(lines, progress);
      boolean ended = false;
      boolean first = true;
      while (true) {
        while (!ended && inWork.size() < window && !time.takeUntil().passed()) {
          LineReader.@Nullable Line line = lines.next();
          if (line == null) {
            ended = true;
          } else {
            inWork.add(new InWork(line, threads.submit(() -> ranker.rank(line, time.rankUntil()))));
          }
        }
        if (inWork.isEmpty()) {
          return ended;
        }
        Written written = await(inWork.remove(), first && time.wasLong());
        if (written == null) {
          return false;
        }
        first = false;
        log.written(written, input.position());
        if (progress.append(written)) {
          log.saved(progress.outcome());
        }
      }
    } catch (ZipException | EOFException e) {
      throw damaged(input, shard, progress, e);
    } catch (IOException e) {
      throw new StoreException(shard.input(), "cannot be read: " + e.getMessage(), e);
    } finally {
      inWork.forEach(each -> each.result.cancel(true));
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

  /**
   * A line's results; null if time ran out.
   *
   * @param alone whether the line had all the time that there ever is
   */
  private static @Nullable Written await(InWork inWork, boolean alone) {
    try {
      return inWork.result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RerankException refusal && refusal.reason() == Reason.TIMED_OUT) {
        return alone ? LineRanker.bad(inWork.line, null, refusal) : null;
      }
      throw e.getCause() instanceof RuntimeException defect ? defect : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Whether the wire or the object itself is to blame: the rest of it tells. */
  private static StoreException damaged(
      ObjectInput input, Shard shard, Progress progress, IOException e) {
    try {
      input.transferTo(OutputStream.nullOutputStream());
    } catch (DamagedException wire) {
      return wire;
    } catch (IOException other) {
      e.addSuppressed(other);
    }
    return new StoreException(
        shard.input(),
        "is not valid gzip somewhere after line %d: %s".formatted(progress.line(), e.getMessage()),
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
   * @param wasLong whether a line that takes longer is hopeless
   */
  public record Time(Deadline takeUntil, Deadline rankUntil, boolean wasLong) {
    /** What is left for uploading and for the checkpoint. */
    private static final long WRITING_MILLIS = 10_000;

    private static final long HOPELESS_MILLIS = 60_000;

    /** No limit. */
    public static Time unlimited() {
      return new Time(new Deadline(farOff()), new Deadline(farOff()), false);
    }

    private static long farOff() {
      return System.nanoTime() + Long.MAX_VALUE / 4;
    }

    /** Of a function that is ended after so long. */
    public static Time of(long millis) {
      long writing = Math.min(WRITING_MILLIS, millis / 4);
      return new Time(
          Deadline.inMillis(millis - 2 * writing),
          Deadline.inMillis(millis - writing),
          millis >= HOPELESS_MILLIS);
    }
  }
}
