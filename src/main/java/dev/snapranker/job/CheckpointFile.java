package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.DamagedException;
import dev.snapranker.store.Download;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where the store keeps a shard's checkpoint. */
record CheckpointFile(WritableStore store, Place place) {
  private static final int MAX_BYTES = 64 << 20;
  private static final int MAX_READS = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Null if there is no checkpoint that can be used.
   *
   * @throws RerankException if something else is there, which must not be replaced
   */
  @Nullable Checkpoint load() {
    if (store.stat(place) == null) {
      return null;
    }
    boolean isCheckpoint = true;
    for (int reads = 1; reads <= MAX_READS; reads++) {
      byte[] bytes = read();
      Checkpoint read = bytes == null ? null : Checkpoint.parse(bytes);
      if (read != null) {
        return read;
      }
      isCheckpoint = bytes == null || Checkpoint.isCheckpoint(bytes);
    }
    if (!isCheckpoint) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "output",
          "%s is there already, where the checkpoint belongs, and is none; choose another output, or move it away"
              .formatted(place));
    }
    return null;
  }

  /** Null if the bytes arrive damaged, or if another run replaces them meanwhile. */
  private byte @Nullable [] read() {
    try {
      return Download.readSmall(store, place, MAX_BYTES, LIMIT);
    } catch (DamagedException e) {
      return null;
    }
  }

  /** Saves the shard's first checkpoint, and returns it; or that of a run that was quicker. */
  Checkpoint create(Checkpoint fresh) {
    if (store.putNew(place, fresh.bytes())) {
      return fresh;
    }
    Checkpoint known = load();
    if (known == null) { // damaged, or of another layout
      save(fresh);
      return fresh;
    }
    return known;
  }

  void save(Checkpoint checkpoint) {
    store.put(place, checkpoint.bytes());
  }
}
