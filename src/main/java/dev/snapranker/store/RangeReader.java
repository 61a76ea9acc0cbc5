package dev.snapranker.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Reads ranges of one object. After a broken connection, it requests the rest of the range. */
final class RangeReader {
  private static final int CHUNK_BYTES = 64 << 10;

  /** Gives up after this many attempts in a row without a byte. */
  private static final int MAX_ATTEMPTS = 5;

  private static final long FIRST_PAUSE_MILLIS = 200;

  private final ObjectStore store;
  private final Place object;
  private final long objectBytes;
  private final Consumer<ObjectStore.Part> onOpen;
  private final LongConsumer beforeChunk;

  /**
   * A reader of one object.
   *
   * @param objectBytes the whole object's size
   * @param onOpen checks that the opened object is the expected one
   * @param beforeChunk receives the position in the object, and throws if reading must stop
   */
  RangeReader(
      ObjectStore store,
      Place object,
      long objectBytes,
      Consumer<ObjectStore.Part> onOpen,
      LongConsumer beforeChunk) {
    this.store = store;
    this.object = object;
    this.objectBytes = objectBytes;
    this.onOpen = onOpen;
    this.beforeChunk = beforeChunk;
  }

  /** Fills a buffer with the object's bytes, beginning at {@code offset}. */
  void read(long offset, ByteBuffer into) {
    int start = into.position();
    int attempts = 0;
    while (into.hasRemaining()) {
      int before = into.position();
      try {
        readOnce(offset + before - start, into);
      } catch (IOException e) {
        attempts = into.position() > before ? 1 : attempts + 1;
        if (attempts == MAX_ATTEMPTS) {
          throw new StoreException(
              object,
              "broke off at byte %d of %d, %d times: %s"
                  .formatted(
                      offset + into.position() - start, objectBytes, attempts, e.getMessage()),
              e);
        }
        pause(attempts);
      }
    }
  }

  private void readOnce(long offset, ByteBuffer into) throws IOException {
    byte[] chunk = new byte[Math.min(CHUNK_BYTES, into.remaining())];
    long at = offset;
    try (ObjectStore.Part part = store.open(object, offset, into.remaining())) {
      onOpen.accept(part);
      while (into.hasRemaining()) {
        beforeChunk.accept(at);
        int read = part.content().read(chunk, 0, Math.min(chunk.length, into.remaining()));
        if (read < 0) {
          throw new EOFException("the connection was closed");
        }
        into.put(chunk, 0, read);
        at += read;
      }
    }
  }

  /** Waits twice as long each time, minus a random part of up to half, to spread out readers. */
  private static void pause(int attempts) {
    long longest = FIRST_PAUSE_MILLIS << (attempts - 1);
    try {
      Thread.sleep(longest - ThreadLocalRandom.current().nextLong(longest / 2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the bytes are no longer needed
      throw new CompletionException(e);
    }
  }
}
