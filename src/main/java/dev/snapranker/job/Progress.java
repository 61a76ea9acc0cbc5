package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A shard's outputs, and the checkpoint that says how far they are. Used by one thread. */
final class Progress {
  private final CheckpointFile checkpoints;
  private final Shard shard;
  private final Checkpoint.Header before;
  private final long checkpointMillis;
  private final List<Output> outputs = new ArrayList<>();
  private final List<Output.State> others = new ArrayList<>(); // of earlier runs with more outputs
  private Checkpoint.Stage stage;
  private long line;
  private String digest;
  private long errors;
  private int timeouts;
  private Deadline nextCheckpoint;

  /**
   * @param known where to go on
   * @param checkpointMillis how much work may be lost at most
   */
  Progress(WritableStore store, Shard shard, Checkpoint known, long checkpointMillis) {
    this.checkpoints = new CheckpointFile(store);
    this.shard = shard;
    this.before = known.header();
    this.checkpointMillis = checkpointMillis;
    this.nextCheckpoint = Deadline.inMillis(checkpointMillis);
    this.stage = before.stage();
    this.line = before.line();
    this.digest = before.digest();
    this.errors = before.errors();
    this.timeouts = before.timeouts();
    List<String> own = shard.outputs().stream().map(Place::name).toList();
    int from = 0;
    for (Output.State state : before.outputs()) {
      byte[] tail = Arrays.copyOfRange(known.tails(), from, from + state.tailBytes());
      from += state.tailBytes();
      if (own.contains(state.name())) {
        Place object = shard.beside(state.name());
        outputs.add(new Output(store, object, state, tail));
      } else {
        others.add(state);
      }
    }
  }

  Checkpoint.Stage stage() {
    return stage;
  }

  long line() {
    return line;
  }

  String digest() {
    return digest;
  }

  /** Calls in a row that did not get past the next line. */
  int timeouts() {
    return timeouts;
  }

  ShardStatus outcome() {
    return new ShardStatus(shard, stage == Checkpoint.Stage.DONE, line, errors);
  }

  /** Whether what is kept in the store has changed. */
  boolean append(LineResult written) {
    boolean uploaded = outputs.getFirst().append(utf8(written.result()));
    if (outputs.size() > 1) {
      uploaded |= outputs.getLast().append(utf8(written.run()));
    }
    line = written.number();
    digest = written.digest();
    errors += written.bad() ? 1 : 0;
    timeouts = 0;
    if (uploaded || nextCheckpoint.passed()) {
      save();
      return true;
    }
    return false;
  }

  /** A call's time was not enough for the next line. */
  void timedOut() {
    timeouts++;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** There are no more lines. */
  void end() {
    outputs.forEach(Output::end);
    stage = Checkpoint.Stage.COMMITTING;
    save();
  }

  /** Forgets what killed runs left, and uploads that no checkpoint names yet. */
  void discardLeftovers() {
    outputs.forEach(Output::discardLeftovers);
  }

  /** Forgets this run's uploads. */
  void discard() {
    outputs.forEach(Output::discard);
  }

  /** Makes the outputs; may be done again. */
  void commit() {
    outputs.forEach(Output::commit);
    stage = Checkpoint.Stage.DONE;
    save();
  }

  void save() {
    List<Output.State> states = new ArrayList<>();
    ByteArrayOutputStream tails = new ByteArrayOutputStream();
    for (Output output : outputs) {
      states.add(stage == Checkpoint.Stage.DONE ? output.done() : output.state());
      if (stage != Checkpoint.Stage.DONE) {
        tails.writeBytes(output.tail());
      }
    }
    states.addAll(others);
    checkpoints.save(
        shard.checkpoint(),
        new Checkpoint(
            new Checkpoint.Header(
                before.input(),
                before.fingerprint(),
                stage,
                line,
                digest,
                errors,
                timeouts,
                states),
            tails.toByteArray()));
    nextCheckpoint = Deadline.inMillis(checkpointMillis);
  }
}
