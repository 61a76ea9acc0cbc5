package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes a shard's outputs and checkpoints. Not thread-safe. */
final class Progress {
  private final CheckpointFile file;
  private final Shard shard;
  private final Checkpoint resumed;
  private final long checkpointMillis;
  private final List<Output> outputs = new ArrayList<>();
  private final List<Output.State> others =
      new ArrayList<>(); // outputs of earlier runs that this run does not write
  private Checkpoint.Phase stage;
  private long line;
  private String digest;
  private long errors;
  private int timeouts;
  private Deadline nextCheckpoint;

  /**
   * Progress that continues from a checkpoint.
   *
   * @param checkpointMillis the time between checkpoints
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

  /** The number of the last finished line, from 1; 0 for none. */
  long line() {
    return line;
  }

  /** The digest of the input up to this line's end. */
  String digest() {
    return digest;
  }

  /** How many calls in a row ran out of time in the next line. */
  int timeouts() {
    return timeouts;
  }

  /** Counts a call that ran out of time in the next line. */
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

  /** Uploads the rest after the last line. */
  void finish() {
    outputs.forEach(Output::finish);
    stage = Checkpoint.Phase.COMMITTING;
    save();
  }

  /** Makes the outputs. May be repeated. */
  void commit() {
    outputs.forEach(Output::commit);
    stage = Checkpoint.Phase.DONE;
    save();
  }

  /** Removes the uploads of killed runs, including those that no checkpoint names. */
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
