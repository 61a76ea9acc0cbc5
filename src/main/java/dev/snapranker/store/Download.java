package dev.snapranker.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Reads an object into memory, several ranges in parallel. Writes nothing to disk. */
public final class Download {
  /** S3 recommends parallel ranges of 8 to 16 MB ("Best practices design patterns"). */
  private static final int PART_BYTES = 8 << 20;

  private static final int PARALLEL_PARTS = 8;

  private final ObjectStore store;
  private final Place object;
  private final ByteBuffer content;
  private final long deadlineNanos;
  private final Duration limit;

  private Download(ByteBuffer content, ObjectStore store, Place object, Duration limit) {
    this.content = content;
    this.store = store;
    this.object = object;
    this.limit = limit;
    this.deadlineNanos = System.nanoTime() + limit.toNanos();
  }

  /**
   * Reads an object into memory.
   *
   * @param content receives the object and must have exactly its size
   * @param limit the time limit
   * @param inOrder receives each part as soon as all parts before it have been read
   */
  public static void into(
      ByteBuffer content,
      ObjectStore store,
      Place object,
      Duration limit,
      Consumer<ByteBuffer> inOrder) {
    new Download(content, store, object, limit).run(inOrder);
  }

  /**
   * Reads an object of unknown size into the heap.
   *
   * @param mostBytes the most bytes allowed; a larger object is an error
   * @param limit the time limit
   */
  public static byte[] readSmall(ObjectStore store, Place object, int mostBytes, Duration limit) {
    long bytes = size(store, object);
    if (bytes > mostBytes) {
      throw new StoreException(
          object, "has %d bytes; expected at most %d".formatted(bytes, mostBytes));
    }
    byte[] content = new byte[(int) bytes];
    into(ByteBuffer.wrap(content), store, object, limit, _ -> {});
    return content;
  }

  private static long size(ObjectStore store, Place object) {
    try (ObjectStore.Part first = store.open(object, 0, 1)) {
      return first.objectBytes();
    }
  }

  private void run(Consumer<ByteBuffer> inOrder) {
    ExecutorService threads =
        Executors.newFixedThreadPool(PARALLEL_PARTS, Thread.ofPlatform().daemon().factory());
    try {
      List<CompletableFuture<ByteBuffer>> parts = new ArrayList<>();
      for (int start = 0; start < content.capacity(); start += PART_BYTES) {
        ByteBuffer part = content.slice(start, Math.min(PART_BYTES, content.capacity() - start));
        int offset = start;
        parts.add(CompletableFuture.supplyAsync(() -> read(offset, part), threads));
      }
      for (CompletableFuture<ByteBuffer> part : parts) {
        inOrder.accept(part.join());
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      threads.shutdownNow();
      threads.close(); // waits, so that no thread still writes to the content
    }
  }

  private ByteBuffer read(int offset, ByteBuffer part) {
    new RangeReader(store, object, content.capacity(), this::requireSize, this::requireTime)
        .read(offset, part);
    return part.flip();
  }

  private void requireSize(ObjectStore.Part opened) {
    if (opened.objectBytes() != content.capacity()) {
      throw new DamagedException( // it was replaced, or the expected size is wrong
          object, "has %d bytes; expected %d".formatted(opened.objectBytes(), content.capacity()));
    }
  }

  private void requireTime(long at) {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new StoreException(
          object,
          "takes too long: the limit of %d seconds passed at byte %d of %d"
              .formatted(limit.toSeconds(), at, content.capacity()));
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("another part failed");
    }
  }
}
