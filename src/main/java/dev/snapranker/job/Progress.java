package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.store.ObjectRef;
import dev.snapranker.store.WritableStore;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shard's outputs, and the checkpoint that says how far they are. Used by one thread. */
final class Progress {
  private final Checkpoints checkpoints;
  private final Shard shard;
  private final String fingerprint;
  private final long checkpointMillis;
  private final List<Output> outputs = new ArrayList<>();
  private Checkpoint.Stage stage = Checkpoint.Stage.RANKING;
  private long line;
  private String digest = "";
  private long errors;
  private Deadline nextCheckpoint;

  /**
   * @param known where to go on; null to start
   * @param checkpointMillis how much work may be lost at most
   */
  Progress(
      WritableStore store,
      Shard shard,
      String fingerprint,
      @Nullable Checkpoint known,
      long checkpointMillis) {
    this.checkpoints = new Checkpoints(store);
    this.shard = shard;
    this.fingerprint = fingerprint;
    this.checkpointMillis = checkpointMillis;
    this.nextCheckpoint = Deadline.inMillis(checkpointMillis);
    List<ObjectRef> objects =
        shard.run() == null ? List.of(shard.results()) : List.of(shard.results(), shard.run());
    if (known == null) {
      objects.forEach(object -> outputs.add(new Output(store, object)));
      return;
    }
    Checkpoint.Header header = known.header();
    stage = header.stage();
    line = header.line();
    digest = header.digest();
    errors = header.errors();
    int from = 0;
    for (int i = 0; i < objects.size(); i++) {
      Output.State state = header.outputs().get(i);
      byte[] tail = Arrays.copyOfRange(known.tails(), from, from + state.tailBytes());
      outputs.add(new Output(store, objects.get(i), state, tail));
      from += state.tailBytes();
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

  Outcome outcome() {
    return new Outcome(shard, stage == Checkpoint.Stage.DONE, line, errors);
  }

  /** Whether what is kept in the store has changed. */
  boolean append(Written written) {
    boolean uploaded = outputs.getFirst().append(utf8(written.result()));
    if (outputs.size() > 1) {
      uploaded |= outputs.getLast().append(utf8(written.run()));
    }
    line = written.number();
    digest = written.digest();
    errors += written.bad() ? 1 : 0;
    if (uploaded || nextCheckpoint.passed()) {
      save();
      return true;
    }
    return false;
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

  /** Makes the outputs; may be done again. */
  void commit() {
    outputs.forEach(Output::commit);
    stage = Checkpoint.Stage.DONE;
    save();
    discard();
  }

  void discard() {
    outputs.forEach(Output::discard);
  }

  void save() {
    List<Output.State> states = new ArrayList<>();
    ByteArrayOutputStream tails = new ByteArrayOutputStream();
    for (Output output : outputs) {
      // Of what is done, no content is kept.
      states.add(
          stage == Checkpoint.Stage.DONE ? new Output.State(null, List.of(), 0) : output.state());
      if (stage != Checkpoint.Stage.DONE) {
        tails.writeBytes(output.tail());
      }
    }
    checkpoints.save(
        shard.checkpoint(),
        new Checkpoint(
            new Checkpoint.Header(fingerprint, stage, line, digest, errors, states),
            tails.toByteArray()));
    nextCheckpoint = Deadline.inMillis(checkpointMillis);
  }
}
