package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A download of three parts, of which the first one fails while the others are read. */
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
