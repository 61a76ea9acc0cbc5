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
 * Makes sure that a shard's outputs are its own before it is ranked: the checkpoint names the input
 * that they come from. What another input's job wrote, or no job, is left alone.
 *
 * @param owner the input's full name
 */
record ResumePoint(WritableStore store, Shard shard, String owner, String fingerprint, JobLog log) {

  static ResumePoint of(WritableStore store, Shard shard, String fingerprint, JobLog log) {
    return new ResumePoint(store, shard, store.canonical(shard.input()).toString(), fingerprint, log);
  }

  /**
   * Where to go on; what is kept in the store is this shard's from now on.
   *
   * @param first whether this run has not taken it before: what is there later is of this job
   */
  Checkpoint take(boolean first) {
    Checkpoint known = claimed();
    Map<String, Output.State> before = requireOwn(known.header(), first);
    if (!known.header().fingerprint().equals(fingerprint)) {
      log.note("%s starts anew: input, options, model or program changed".formatted(shard.input()));
      return startOver(known);
    }
    if (known.header().stage() != Checkpoint.Stage.DONE) {
      if (known.header().line() > 0) {
        log.note("%s goes on after line %d".formatted(shard.input(), known.header().line()));
      }
      return known;
    }
    for (Place output : shard.outputs()) {
      Output.State state = before.get(output.name());
      if (state == null || store.stat(output) == null) {
        log.note("%s starts anew: its outputs are gone".formatted(shard.input()));
        return startOver(known);
      }
    }
    log.note("%s is done already".formatted(shard.input()));
    return known;
  }

  /** Forgets how far a shard is, and what it had uploaded, but not whose it is. */
  Checkpoint startOver(Checkpoint known) {
    discard(known);
    Checkpoint fresh = fresh(known);
    checkpoints().save(shard.checkpoint(), fresh);
    return fresh;
  }

  private void discard(Checkpoint known) {
    for (Output.State state : known.header().outputs()) {
      if (state.upload() != null) {
        store.uploads().discard(shard.beside(state.name()), state.upload());
      }
    }
  }

  private Checkpoint claimed() {
    CheckpointFile checkpoints = checkpoints();
    Checkpoint known = checkpoints.load(shard.checkpoint());
    if (known == null && shard.outputs().stream().anyMatch(this::isThere)) {
      known = checkpoints.load(shard.checkpoint()); // another run may just have made both
      if (known == null) {
        throw refused(
            shard.outputs().stream().filter(this::isThere).findFirst().orElse(shard.results()),
            "is there already, and no checkpoint says that this job wrote it");
      }
    }
    return known == null ? checkpoints.claim(shard.checkpoint(), fresh(null)) : known;
  }

  /** The outputs' states, by object. */
  private Map<String, Output.State> requireOwn(Checkpoint.Header header, boolean first) {
    if (!header.input().equals(owner)) {
      throw refused(shard.results(), "belongs to another input, %s".formatted(header.input()));
    }
    Map<String, Output.State> states = new HashMap<>();
    header.outputs().forEach(state -> states.put(state.name(), state));
    for (Place output : shard.outputs()) {
      Output.State state = states.get(output.name());
      // A run that was ended while it committed may have written any of its outputs.
      if (first && (state == null || header.stage() != Checkpoint.Stage.COMMITTING)) {
        requireUnchanged(output, state == null ? null : state.digest());
      }
    }
    return states;
  }

  private void requireUnchanged(Place output, @Nullable String known) {
    String digest = store.digest(output);
    if (digest != null && known == null) {
      throw refused(output, "is there already, and is not of this job");
    }
    if (digest != null && !digest.equals(known)) {
      throw refused(output, "was changed after this job wrote it");
    }
  }

  private boolean isThere(Place output) {
    return store.stat(output) != null;
  }

  private static RerankException refused(Place output, String why) {
    return new RerankException(
        Reason.OUT_OF_RANGE,
        "output",
        "%s %s; choose another output, or move it away".formatted(output, why));
  }

  /** Nothing is done yet. What earlier runs wrote stays this job's, and is known by its digest. */
  private Checkpoint fresh(@Nullable Checkpoint known) {
    Map<String, Output.State> byName = new LinkedHashMap<>();
    shard.outputs().forEach(output -> byName.put(output.name(), Output.State.none(output.name())));
    if (known != null) {
      boolean committing = known.header().stage() == Checkpoint.Stage.COMMITTING;
      for (Output.State old : known.header().outputs()) {
        String digest = committing ? store.digest(shard.beside(old.name())) : old.digest();
        byName.put(old.name(), Output.State.done(old.name(), digest));
      }
    }
    List<Output.State> states = List.copyOf(byName.values());
    return new Checkpoint(
        new Checkpoint.Header(owner, fingerprint, Checkpoint.Stage.RANKING, 0, "", 0, 0, states),
        new byte[0]);
  }

  private CheckpointFile checkpoints() {
    return new CheckpointFile(store);
  }
}
