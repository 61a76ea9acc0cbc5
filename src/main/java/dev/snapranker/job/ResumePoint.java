package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the checkpoint from which a run of a shard continues, and checks that the outputs belong to
 * the shard: the checkpoint names their input. Other files are never overwritten.
 *
 * @param owner the input's full name
 */
record ResumePoint(
    WritableStore store,
    Shard shard,
    CheckpointFile file,
    String owner,
    String fingerprint,
    JobLog log) {

  static ResumePoint of(WritableStore store, Shard shard, String fingerprint, JobLog log) {
    return new ResumePoint(
        store,
        shard,
        new CheckpointFile(store, shard.checkpoint()),
        store.canonical(shard.input()).toString(),
        fingerprint,
        log);
  }

  /**
   * Finds or creates the checkpoint. It names this shard's input.
   *
   * @param first whether this is the run's first attempt; outputs that appear later are this job's
   */
  Checkpoint find(boolean first) {
    Checkpoint known = loadOrCreate();
    Map<String, Output.State> states = requireOwn(known, first);
    if (!known.fingerprint().equals(fingerprint)) {
      log.note(
          "%s starts from the beginning: input, options, model or program changed"
              .formatted(shard.input()));
      return reset(known);
    }
    if (known.stage() != Checkpoint.Phase.DONE) {
      if (known.line() > 0) {
        log.note("%s continues after line %d".formatted(shard.input(), known.line()));
      }
      return known;
    }
    for (Place output : shard.outputs()) {
      if (states.get(output.name()) == null || !exists(output)) {
        log.note(
            "%s starts from the beginning: its outputs no longer exist".formatted(shard.input()));
        return reset(known);
      }
    }
    log.note("%s is already done".formatted(shard.input()));
    return known;
  }

  /** Makes the shard start at its first line. Its outputs still belong to this job. */
  Checkpoint reset(Checkpoint known) {
    for (Output.State state : known.outputs()) {
      if (state.upload() != null) {
        store.uploads().discard(shard.output(state.name()), state.upload());
      }
    }
    Checkpoint fresh = fresh(known);
    file.save(fresh);
    return fresh;
  }

  private Checkpoint loadOrCreate() {
    Checkpoint known = file.load();
    if (known == null && shard.outputs().stream().anyMatch(this::exists)) {
      known = file.load(); // another run may have created both just now
      if (known == null) {
        throw refused(
            shard.outputs().stream().filter(this::exists).findFirst().orElse(shard.results()),
            "already exists, and no checkpoint says that this job wrote it",
            "it");
      }
    }
    return known == null ? file.create(fresh(null)) : known;
  }

  /** Refuses outputs of other jobs, and returns the outputs' states by name. */
  private Map<String, Output.State> requireOwn(Checkpoint known, boolean first) {
    if (!known.input().equals(owner)) {
      throw refused(
          shard.results(),
          "belongs to another input, %s, as its checkpoint %s says"
              .formatted(known.input(), shard.checkpoint()),
          "both"); // without its checkpoint, it is still a file that no checkpoint knows
    }
    Map<String, Output.State> states = new HashMap<>();
    known.outputs().forEach(state -> states.put(state.name(), state));
    for (Place output : shard.outputs()) {
      Output.State state = states.get(output.name());
      // A run that was killed during the commit may have written any of its outputs.
      if (first && (state == null || known.stage() != Checkpoint.Phase.COMMITTING)) {
        requireUnchanged(output, state == null ? null : state.digest());
      }
    }
    return states;
  }

  private void requireUnchanged(Place output, @Nullable String known) {
    String digest = store.digest(output);
    if (digest != null && known == null) {
      throw refused(output, "already exists and does not belong to this job", "it");
    }
    if (digest != null && !digest.equals(known)) {
      throw refused(output, "was changed after this job wrote it", "it");
    }
  }

  private boolean exists(Place output) {
    return store.stat(output) != null;
  }

  /**
   * @param moved what must be gone before the job can start
   */
  private static RerankException refused(Place output, String why, String moved) {
    return new RerankException(
        Reason.OUT_OF_RANGE,
        "output",
        "%s %s; choose another output, or move %s away".formatted(output, why, moved));
  }

  /**
   * A checkpoint before the first line. It keeps the digests of outputs that earlier runs wrote.
   */
  private Checkpoint fresh(@Nullable Checkpoint known) {
    Map<String, Output.State> states = new LinkedHashMap<>();
    for (Place output : shard.outputs()) {
      states.put(output.name(), Output.State.withoutUpload(output.name(), null));
    }
    if (known != null) {
      boolean committing = known.stage() == Checkpoint.Phase.COMMITTING;
      for (Output.State old : known.outputs()) {
        String digest = committing ? store.digest(shard.output(old.name())) : old.digest();
        states.put(old.name(), Output.State.withoutUpload(old.name(), digest));
      }
    }
    return new Checkpoint(
        owner, fingerprint, Checkpoint.Phase.RANKING, 0, "", 0, 0, List.copyOf(states.values()));
  }
}
