package dev.snapranker.store;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Reads an object into memory or into a file, several ranges in parallel. */
public final class Download {
  /** S3 recommends parallel ranges of 8 to 16 MB ("Best practices design patterns"). */
  private static final int PART_BYTES = 8 << 20;

  private static final int PARALLEL_PARTS = 8;

  private final ObjectStore store;
  private final Place object;
  private final Destination to;
  private final long deadlineNanos;
  private final Duration limit;

  private Download(Destination to, ObjectStore store, Place object, Duration limit) {
    this.to = to;
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
    new Download(new Destination.Memory(content), store, object, limit).run(inOrder);
  }

  /**
   * Reads an object into a file. Only a few chunks of it are in memory.
   *
   * @param file receives the object, and must be open for reading and writing
   * @param bytes the object's size
   * @param limit the time limit
   * @param inOrder receives the bytes, in chunks
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void into(
      FileChannel file,
      long bytes,
      ObjectStore store,
      Place object,
      Duration limit,
      Consumer<ByteBuffer> inOrder) {
    new Download(new Destination.OpenFile(file, bytes), store, object, limit).run(inOrder);
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
      List<CompletableFuture<Void>> parts = new ArrayList<>();
      for (long start = 0; start < to.bytes(); start += PART_BYTES) {
        long offset = start;
        parts.add(CompletableFuture.runAsync(() -> read(offset), threads));
      }
      for (int i = 0; i < parts.size(); i++) {
        parts.get(i).join();
        long start = (long) i * PART_BYTES;
        to.show(start, partBytes(start), inOrder);
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      threads.shutdownNow();
      threads.close(); // waits, so that no thread still writes
    }
  }

  private long partBytes(long start) {
    return Math.min(PART_BYTES, to.bytes() - start);
  }

  private void read(long start) {
    new RangeReader(store, object, to.bytes(), this::requireSize, this::requireTime)
        .read(start, partBytes(start), to.from(start));
  }

  private void requireSize(ObjectStore.Part opened) {
    if (opened.objectBytes() != to.bytes()) {
      throw new DamagedException( // it was replaced, or the expected size is wrong
          object, "has %d bytes; expected %d".formatted(opened.objectBytes(), to.bytes()));
    }
  }

  private void requireTime(long at) {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new StoreException(
          object,
          "takes too long: the limit of %d seconds passed at byte %d of %d"
              .formatted(limit.toSeconds(), at, to.bytes()));
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("another part failed");
    }
  }
}
