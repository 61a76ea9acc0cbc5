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
    read(offset, into.remaining(), into::put);
  }

  /**
   * Reads a range of the object.
   *
   * @param into receives the bytes in their order, in chunks; what it throws ends the reading
   */
  void read(long offset, long bytes, Consumer<ByteBuffer> into) {
    Rest rest = new Rest(offset, offset + bytes);
    int attempts = 0;
    while (rest.bytes() > 0) {
      long before = rest.at;
      try {
        readOnce(rest, into);
      } catch (IOException e) {
        attempts = rest.at > before ? 1 : attempts + 1;
        if (attempts == MAX_ATTEMPTS) {
          throw new StoreException(
              object,
              "broke off at byte %d of %d, %d times: %s"
                  .formatted(rest.at, objectBytes, attempts, e.getMessage()),
              e);
        }
        pause(attempts);
      }
    }
  }

  private void readOnce(Rest rest, Consumer<ByteBuffer> into) throws IOException {
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, rest.bytes())];
    try (ObjectStore.Part part = store.open(object, rest.at, rest.bytes())) {
      onOpen.accept(part);
      while (rest.bytes() > 0) {
        beforeChunk.accept(rest.at);
        int read = part.content().read(chunk, 0, (int) Math.min(chunk.length, rest.bytes()));
        if (read < 0) {
          throw new EOFException("the connection was closed");
        }
        into.accept(ByteBuffer.wrap(chunk, 0, read));
        rest.at += read;
      }
    }
  }

  /** The part of a range that was not read yet. */
  private static final class Rest {
    private final long end;
    private long at;

    Rest(long at, long end) {
      this.at = at;
      this.end = end;
    }

    long bytes() {
      return end - at;
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
