package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.DamagedException;
import dev.snapranker.store.Download;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** CheckpointFile in the store. */
record CheckpointFile(WritableStore store) {
  private static final int MOST_BYTES = 64 << 20;
  private static final int MOST_READS = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Null if there is none of use.
   *
   * @throws RerankException if what is there is not a job's, so that it must not be replaced
   */
  @Nullable Checkpoint load(Place object) {
    if (store.stat(object) == null) {
      return null;
    }
    boolean ours = true;
    for (int reads = 1; reads <= MOST_READS; reads++) {
      byte[] bytes = read(object);
      Checkpoint read = bytes == null ? null : Checkpoint.parse(bytes);
      if (read != null) {
        return read;
      }
      ours = bytes == null || Checkpoint.isOurs(bytes);
    }
    if (!ours) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "output",
          "%s is there already, where the checkpoint belongs, and is none; choose another output, or move it away"
              .formatted(object));
    }
    return null;
  }

  /** Null if it arrives damaged, or if another run replaces it meanwhile. */
  private byte @Nullable [] read(Place object) {
    try {
      return Download.readSmall(store, object, MOST_BYTES, LIMIT);
    } catch (DamagedException e) {
      return null;
    }
  }

  /** The checkpoint that is there now: the fresh one, unless another run was quicker. */
  Checkpoint claim(Place object, Checkpoint fresh) {
    if (store.putNew(object, fresh.bytes())) {
      return fresh;
    }
    Checkpoint known = load(object);
    if (known == null) { // damaged, or of another layout
      save(object, fresh);
      return fresh;
    }
    return known;
  }

  void save(Place object, Checkpoint checkpoint) {
    store.put(object, checkpoint.bytes());
  }
}
