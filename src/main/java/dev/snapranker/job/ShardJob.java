package dev.snapranker.job;

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
import dev.snapranker.store.Place;
import dev.snapranker.store.StoreException;
import dev.snapranker.store.WritableStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Ranks a shard's lines and writes their results in order, in constant memory. It may be killed at
 * any moment and run again, by any process, and even by two processes at the same time. The outputs
 * appear complete, with the same bytes each time.
 */
public final class ShardJob implements AutoCloseable {
  private static final int MAX_STARTS = 3;

  /** A line becomes an error after this many calls in a row ran out of time in it. */
  private static final int MAX_TIMEOUTS = 2;

  /** Part of the fingerprint. Changes with the format of the results. */
  private static final String OUTPUT_FORMAT = "1";

  private final WritableStore store;
  private final Reranker reranker;
  private final String models;
  private final Settings settings;
  private final JobOptions options;
  private final LineMaker lineMaker;
  private final JobLog log;
  private final int mostLines;
  private final ExecutorService threads;

  public ShardJob(
      WritableStore store, Wiring wiring, Settings settings, JobOptions options, JobLog log) {
    this(store, wiring, settings, options, LineMaker.AS_THEY_ARE, log);
  }

  /** A job whose inputs hold something else than lines. */
  public ShardJob(
      WritableStore store,
      Wiring wiring,
      Settings settings,
      JobOptions options,
      LineMaker lineMaker,
      JobLog log) {
    this.store = store;
    this.reranker = wiring.reranker();
    this.models = wiring.identity();
    this.settings = settings;
    this.options = options;
    this.lineMaker = lineMaker;
    this.log = log;
    // While one line's last documents are scored, the next one's keep the other threads busy.
    this.mostLines = settings.scoringThreads() + 1;
    this.threads =
        Executors.newFixedThreadPool(
            mostLines, Thread.ofPlatform().name("line-", 0).daemon().factory());
  }

  /** Ranks a shard until its last line, or until time runs out. */
  public ShardStatus run(Shard shard, JobDeadlines deadlines) {
    for (int starts = 1; ; starts++) {
      try {
        return runOnce(shard, deadlines, starts == 1);
      } catch (StartOverException | DamagedException e) {
        log.note("%s starts over: %s".formatted(shard.input(), e.getMessage()));
        if (starts == MAX_STARTS) {
          throw e;
        }
        reset(shard, e instanceof StartOverException gone ? gone.goneUpload() : null);
      }
    }
  }

  private ShardStatus runOnce(Shard shard, JobDeadlines deadlines, boolean first) {
    boolean hadTime = !deadlines.readUntil().passed();
    WritableStore.Stat input = store.stat(shard.input());
    if (input == null) {
      throw new StoreException(shard.input(), "does not exist");
    }
    Checkpoint checkpoint = resumePoint(shard).find(first);
    Progress progress = new Progress(store, shard, checkpoint, options.checkpointMillis());
    if (first && progress.stage() != Checkpoint.Phase.DONE) {
      discardLeftovers(shard, progress);
    }
    if (progress.stage() == Checkpoint.Phase.RANKING) {
      if (!rankLines(shard, input, progress, deadlines, hadTime)) {
        progress.save();
        log.checkpointSaved(progress.status());
        return progress.status();
      }
      progress.finish();
    }
    if (progress.stage() == Checkpoint.Phase.COMMITTING) {
      progress.commit();
      log.checkpointSaved(progress.status());
    }
    progress.discardUploads();
    return progress.status();
  }

  private ResumePoint resumePoint(Shard shard) {
    return ResumePoint.of(store, shard, fingerprint(shard.input()), log);
  }

  /**
   * Removes the uploads of killed runs, except for those in the checkpoint. Called once, before
   * this run begins its own uploads, so that two runs cannot abort each other again and again.
   */
  private void discardLeftovers(Shard shard, Progress progress) {
    try {
      progress.discardLeftovers();
      for (Place each : shard.possibleFiles()) {
        if (!shard.outputs().contains(each)) {
          store.uploads().discardLeftovers(each, null);
        }
      }
    } catch (StoreException e) {
      log.note("leftovers of killed runs could not be removed: " + e.getMessage());
    }
  }

  /**
   * Makes the shard start at its first line. If another run removed the upload because it has
   * finished or has made more progress, this run continues from that run's checkpoint instead.
   */
  private void reset(Shard shard, @Nullable String goneUpload) {
    Checkpoint known = new CheckpointFile(store, shard.checkpoint()).load();
    if (known == null || known.stage() == Checkpoint.Phase.DONE) {
      return;
    }
    if (goneUpload == null
        || known.outputs().stream().anyMatch(each -> goneUpload.equals(each.upload()))) {
      resumePoint(shard).reset(known);
    }
  }

  /** A digest of everything that decides the outputs' bytes. */
  private String fingerprint(Place input) {
    return Sha256.hex(
        String.join(
                "\n",
                OUTPUT_FORMAT,
                Version.read(),
                String.valueOf(store.digest(input)),
                options.lines().options().toString(),
                Boolean.toString(options.trec()),
                models,
                settings.limits().toString(),
                lineMaker.fingerprint())
            .getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Ranks the remaining lines.
   *
   * @param hadTime whether there was time for reading when the run began
   * @return false if time ran out before the last line
   */
  private boolean rankLines(
      Shard shard,
      WritableStore.Stat stat,
      Progress progress,
      JobDeadlines deadlines,
      boolean hadTime) {
    long before = progress.line();
    LineRanker ranker =
        new LineRanker(reranker, options.lines(), settings.limits(), options.trec());
    ObjectInput input = new ObjectInput(store, shard.input(), stat);
    int mostLineBytes = settings.limits().maxPayloadBytes();
    try (LineReader lines =
            new LineReader(input, shard.input(), lineMaker, mostLineBytes, deadlines.readUntil());
        LineWindow window =
            new LineWindow(
                lines,
                line -> ranker.rank(line, deadlines.rankUntil()),
                threads,
                deadlines.readUntil())) {
      skipDone(lines, progress);
      for (LineWindow.@Nullable Entry next = window.next(windowLines(progress));
          next != null;
          next = window.next(windowLines(progress))) {
        LineResult result = next.await(deadlines.rankUntil());
        if (result == null && progress.line() == before) {
          progress.countTimeout();
          result = progress.timeouts() < MAX_TIMEOUTS ? null : ranker.timedOut(next.line());
        }
        if (result == null) {
          return false;
        }
        append(result, progress, input.position());
      }
      return true;
    } catch (ReadTimeoutException e) {
      if (hadTime && progress.line() == before) {
        requireReadable(shard, progress);
      }
      return false;
    } catch (GzipException e) {
      throw damaged(input, shard, progress, e);
    } catch (IOException e) {
      throw new StoreException(shard.input(), "cannot be read: " + e.getMessage(), e);
    }
  }

  /** How many lines are ranked at once; only one if it ran out of time before. */
  private int windowLines(Progress progress) {
    return progress.timeouts() > 0 ? 1 : mostLines;
  }

  private void append(LineResult result, Progress progress, long inputBytes) {
    if (result.defect() != null) {
      log.defect(result.number(), result.defect());
    }
    log.lineDone(result, inputBytes);
    if (progress.append(result)) {
      log.checkpointSaved(progress.status());
    }
  }

  /** Refuses the input if reading alone took the time of two calls. One could be chance. */
  private static void requireReadable(Shard shard, Progress progress) {
    progress.countTimeout();
    if (progress.timeouts() >= MAX_TIMEOUTS) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "input",
          "%s cannot be read up to line %d in the time of a call; cut it into smaller shards (--split)"
              .formatted(shard.input(), progress.line() + 1));
    }
  }

  /**
   * Reads the finished lines again, because gzip has no random access, and compares their digest.
   */
  private static void skipDone(LineReader lines, Progress progress) throws IOException {
    LineReader.@Nullable Line line = null;
    while (line == null ? progress.line() > 0 : line.number() < progress.line()) {
      line = lines.next();
      if (line == null) {
        throw new StartOverException("the input has fewer lines than this job has finished");
      }
    }
    if (line != null && !line.digest().equals(progress.digest())) {
      throw new StartOverException("the input had other bytes when it was read before");
    }
  }

  /** Reads the rest, to find out whether the object was damaged in the store or on the way. */
  private static StoreException damaged(
      ObjectInput input, Shard shard, Progress progress, GzipException e) {
    try {
      input.transferTo(OutputStream.nullOutputStream());
    } catch (DamagedException onItsWay) {
      return onItsWay;
    } catch (IOException other) {
      e.addSuppressed(other);
    }
    return new StoreException(
        shard.input(),
        "is not complete gzip, after line %d or later: %s"
            .formatted(progress.line(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
