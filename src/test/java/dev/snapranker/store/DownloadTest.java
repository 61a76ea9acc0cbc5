package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Downloads of three parts: one of which the first part fails while the others are read. */
@Timeout(60)
class DownloadTest {
  private static final int PART_BYTES = 8 << 20;
  private static final Place OBJECT = Place.parse("s3://bucket/model.onnx");

  private final AtomicInteger open = new AtomicInteger();
  private final Set<Thread> readers = ConcurrentHashMap.newKeySet();
  private final CountDownLatch othersAreOpen = new CountDownLatch(2);

  @Test
  void nothingIsReadOrOpenAfterADownloadThatFailed() throws InterruptedException {
    ByteBuffer content = ByteBuffer.allocate(3 * PART_BYTES);
    assertThatThrownBy(
            () -> Download.into(content, new Store(), OBJECT, Duration.ofSeconds(50), _ -> {}))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("may not be read");
    assertThat(open).hasValue(0);
    assertThat(readers).hasSize(3);
    for (Thread reader : readers) {
      reader.join(); // it has nothing left to do
    }
  }

  @Test
  void memoryReceivesTheBytesWhereTheyBelongAndTheyAreShownInOrder() {
    byte[] object = new byte[2 * PART_BYTES + 12_345];
    new Random(5).nextBytes(object);
    ByteBuffer content = ByteBuffer.allocate(object.length);
    MessageDigest shown = Digests.sha256();
    Download.into(
        content, new BreakingStore(object), OBJECT, Duration.ofSeconds(50), shown::update);
    assertThat(content.array()).isEqualTo(object);
    assertThat(shown.digest()).isEqualTo(Digests.sha256().digest(object));
  }

  /** Without the check of the size, a larger object would be cut off, and its beginning taken. */
  @Test
  void anObjectOfAnotherSizeIsRefused() {
    for (int bytes : new int[] {99, 101}) {
      assertThatThrownBy(() ->
              Download.into(
                  ByteBuffer.allocate(100),
                  new BreakingStore(new byte[bytes]),
                  OBJECT,
                  Duration.ofSeconds(50),
                  _ -> {}))
          .isInstanceOf(StoreException.class)
          .hasMessageEndingWith("has the size %d; expected 100 bytes".formatted(bytes));
    }
  }

  @Test
  void aFileThatBecomesShorterIsReported(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("table");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      assertThatThrownBy(() ->
              Download.into(
                  channel,
                  1_000_000,
                  new BreakingStore(new byte[1_000_000]),
                  OBJECT,
                  Duration.ofSeconds(50),
                  _ -> truncate(channel)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("the file became shorter while it was written");
    }
  }

  private static void truncate(FileChannel channel) {
    try {
      channel.truncate(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileReceivesTheBytesWhereTheyBelongAndTheyAreShownInOrder(@TempDir Path folder)
      throws IOException {
    byte[] object = new byte[2 * PART_BYTES + 12_345];
    new Random(3).nextBytes(object);
    Path file = folder.resolve("table");
    MessageDigest shown = Digests.sha256();
    AtomicInteger largest = new AtomicInteger();
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Download.into(
          channel,
          object.length,
          new BreakingStore(object),
          OBJECT,
          Duration.ofSeconds(50),
          chunk -> {
            largest.accumulateAndGet(chunk.remaining(), Math::max);
            shown.update(chunk);
          });
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(object);
    assertThat(shown.digest()).isEqualTo(Digests.sha256().digest(object));
    assertThat(largest.get()).as("bytes in memory at once").isLessThanOrEqualTo(256 << 10);
  }

  @Test
  void aFileThatCannotBeWrittenIsNotTriedAgain(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("table"));
    BreakingStore store = new BreakingStore(new byte[100]);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      assertThatThrownBy(
              () -> Download.into(channel, 100, store, OBJECT, Duration.ofSeconds(50), _ -> {}))
          .isInstanceOf(NonWritableChannelException.class);
    }
    assertThat(store.opened).hasValue(1);
  }

  /** Each stream breaks off after a million bytes. */
  private static final class BreakingStore implements ObjectStore {
    private final AtomicInteger opened = new AtomicInteger();
    private final byte[] object;

    BreakingStore(byte[] object) {
      this.object = object;
    }

    @Override
    public Part open(Place place, long offset, long bytes) {
      opened.incrementAndGet();
      int length = (int) Math.min(1_000_000, bytes);
      return new Part(
          new ByteArrayInputStream(object, (int) offset, length), object.length, "etag");
    }

    @Override
    public void close() {}
  }

  private final class Store implements ObjectStore {
    @Override
    public Part open(Place object, long offset, long bytes) {
      readers.add(Thread.currentThread());
      if (offset == 0) {
        try {
          othersAreOpen.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        throw new StoreException(object, "may not be read");
      }
      open.incrementAndGet();
      return new Part(new Endless(), 3 * PART_BYTES, "etag");
    }

    @Override
    public void close() {}
  }

  /** One byte at a time, like from a slow connection. */
  private final class Endless extends InputStream {
    private boolean first = true;

    @Override
    public int read() {
      throw new UnsupportedOperationException("a part is read in chunks");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (first) {
        first = false;
        othersAreOpen.countDown();
      }
      bytes[offset] = 1;
      return 1;
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }
}
