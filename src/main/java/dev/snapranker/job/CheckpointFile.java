package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.store.DamagedException;
import dev.snapranker.store.Download;
import dev.snapranker.store.Place;
import dev.snapranker.store.WritableStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads and writes a shard's checkpoint in the store. */
record CheckpointFile(WritableStore store, Place place) {
  private static final int MAX_BYTES = 64 << 20;
  private static final int MAX_READS = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Reads the checkpoint; null if there is none that can be used.
   *
   * @throws RerankException if there is another object, which must not be replaced
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
          "%s already exists and is not a checkpoint; choose another output, or move this file away"
              .formatted(place));
    }
    return null;
  }

  /** Reads the bytes; null if they are damaged on the way, or if another run replaces them. */
  private byte @Nullable [] read() {
    try {
      return Download.readSmall(store, place, MAX_BYTES, LIMIT);
    } catch (DamagedException e) {
      return null;
    }
  }

  /** Saves and returns the shard's first checkpoint, or returns that of a faster run. */
  Checkpoint create(Checkpoint fresh) {
    if (store.putNew(place, fresh.bytes())) {
      return fresh;
    }
    Checkpoint known = load();
    if (known == null) { // damaged, or with another layout
      save(fresh);
      return fresh;
    }
    return known;
  }

  void save(Checkpoint checkpoint) {
    store.put(place, checkpoint.bytes());
  }
}
