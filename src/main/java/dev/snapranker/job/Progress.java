package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A shard's outputs while they are written, and the checkpoints of it. Used by one thread. */
final class Progress {
  private final CheckpointFile file;
  private final Shard shard;
  private final Checkpoint resumed;
  private final long checkpointMillis;
  private final List<Output> outputs = new ArrayList<>();
  private final List<Output.State> others = new ArrayList<>(); // of earlier runs with more outputs
  private Checkpoint.Phase stage;
  private long line;
  private String digest;
  private long errors;
  private int timeouts;
  private Deadline nextCheckpoint;

  /**
   * Progress that continues from a checkpoint.
   *
   * @param checkpointMillis how much work a killed job may lose at most
   */
  Progress(WritableStore store, Shard shard, Checkpoint resumed, long checkpointMillis) {
    this.file = new CheckpointFile(store, shard.checkpoint());
    this.shard = shard;
    this.resumed = resumed;
    this.checkpointMillis = checkpointMillis;
    this.nextCheckpoint = Deadline.inMillis(checkpointMillis);
    this.stage = resumed.stage();
    this.line = resumed.line();
    this.digest = resumed.digest();
    this.errors = resumed.errors();
    this.timeouts = resumed.timeouts();
    List<String> own = shard.outputs().stream().map(Place::name).toList();
    for (Output.State state : resumed.outputs()) {
      if (own.contains(state.name())) {
        outputs.add(new Output(store, shard.output(state.name()), state));
      } else {
        others.add(state);
      }
    }
  }

  Checkpoint.Phase stage() {
    return stage;
  }

  /** The last line that is done, from 1; 0 for none. */
  long line() {
    return line;
  }

  /** Of the input up to this line's end. */
  String digest() {
    return digest;
  }

  /** Calls in a row that did not get past the next line. */
  int timeouts() {
    return timeouts;
  }

  /** A call's time was not enough for the next line. */
  void countTimeout() {
    timeouts++;
  }

  ShardStatus status() {
    return new ShardStatus(shard, stage == Checkpoint.Phase.DONE, line, errors);
  }

  /** Adds the next line's result; returns whether a checkpoint was saved. */
  boolean append(LineResult result) {
    boolean uploaded = outputs.getFirst().append(utf8(result.json()));
    if (outputs.size() > 1) {
      uploaded |= outputs.getLast().append(utf8(result.trecRun()));
    }
    line = result.number();
    digest = result.digest();
    errors += result.bad() ? 1 : 0;
    timeouts = 0;
    if (uploaded || nextCheckpoint.passed()) {
      save();
      return true;
    }
    return false;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Uploads what is left, because no more lines come. */
  void finish() {
    outputs.forEach(Output::finish);
    stage = Checkpoint.Phase.COMMITTING;
    save();
  }

  /** Makes the outputs; may be repeated. */
  void commit() {
    outputs.forEach(Output::commit);
    stage = Checkpoint.Phase.DONE;
    save();
  }

  /** Removes what killed runs left, and uploads that no checkpoint names yet. */
  void discardLeftovers() {
    outputs.forEach(Output::discardLeftovers);
  }

  /** Removes this run's uploads. */
  void discardUploads() {
    outputs.forEach(Output::discard);
  }

  void save() {
    List<Output.State> states = new ArrayList<>();
    for (Output output : outputs) {
      states.add(stage == Checkpoint.Phase.DONE ? output.committed() : output.state());
    }
    states.addAll(others);
    file.save(
        new Checkpoint(
            resumed.input(), resumed.fingerprint(), stage, line, digest, errors, timeouts, states));
    nextCheckpoint = Deadline.inMillis(checkpointMillis);
  }
}
