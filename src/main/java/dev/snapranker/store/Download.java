package dev.snapranker.store;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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
  private final TimeLimit limit;

  private Download(Destination to, ObjectStore store, Place object, TimeLimit limit) {
    this.to = to;
    this.store = store;
    this.object = object;
    this.limit = limit;
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
    into(content, store, object, TimeLimit.of(object, limit), inOrder);
  }

  private static void into(
      ByteBuffer content,
      ObjectStore store,
      Place object,
      TimeLimit limit,
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
    new Download(new Destination.OpenFile(file, bytes), store, object, TimeLimit.of(object, limit))
        .run(inOrder);
  }

  /**
   * Reads an object of unknown size into the heap.
   *
   * @param mostBytes the most bytes allowed; a larger object is an error
   * @param limit the time limit
   */
  public static byte[] readSmall(ObjectStore store, Place object, int mostBytes, Duration limit) {
    TimeLimit both = TimeLimit.of(object, limit);
    long bytes = size(store, object, both);
    if (bytes > mostBytes) {
      throw new StoreException(
          object, "has %d bytes; expected at most %d".formatted(bytes, mostBytes));
    }
    byte[] content = new byte[(int) bytes];
    into(ByteBuffer.wrap(content), store, object, both, _ -> {});
    return content;
  }

  private static long size(ObjectStore store, Place object, TimeLimit limit) {
    ExecutorService thread = threads(1);
    try {
      return limit.await(
          CompletableFuture.supplyAsync(
              () -> {
                try (ObjectStore.Part first = store.open(object, 0, 1)) {
                  return first.objectBytes();
                }
              },
              thread));
    } finally {
      stop(thread);
    }
  }

  private void run(Consumer<ByteBuffer> inOrder) {
    ExecutorService threads = threads(PARALLEL_PARTS);
    try {
      List<CompletableFuture<Void>> parts = new ArrayList<>();
      for (long start = 0; start < to.bytes(); start += PART_BYTES) {
        long offset = start;
        parts.add(CompletableFuture.runAsync(() -> read(offset), threads));
      }
      for (int i = 0; i < parts.size(); i++) {
        limit.await(parts.get(i));
        long start = (long) i * PART_BYTES;
        to.show(start, partBytes(start), inOrder);
      }
    } finally {
      stop(threads);
    }
  }

  private static ExecutorService threads(int most) {
    return Executors.newFixedThreadPool(most, Thread.ofPlatform().daemon().factory());
  }

  /**
   * Interrupts the threads and waits, so that none still writes. A thread that waits for S3 ends
   * when its connection counts as broken.
   */
  private static void stop(ExecutorService threads) {
    threads.shutdownNow();
    threads.close();
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
          object, "has the size %d; expected %d bytes".formatted(opened.objectBytes(), to.bytes()));
    }
  }

  private void requireTime(long at) {
    limit.requireTime();
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("another part failed");
    }
  }
}
