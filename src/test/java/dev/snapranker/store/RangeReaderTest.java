package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A store whose streams break off after a number of bytes. */
class RangeReaderTest {
  private static final Place OBJECT = Place.parse("s3://bucket/model.onnx");
  private static final int OBJECT_BYTES = 300_000;
  private static final int STREAM_BYTES = 100_000;

  private final byte[] object = new byte[OBJECT_BYTES];
  private final List<Long> opened = new ArrayList<>();

  @Test
  void aStreamThatBreaksOffIsResumedWhereItBroke() {
    new Random(1).nextBytes(object);
    ByteBuffer into = ByteBuffer.allocate(250_000);
    reader().read(50_000, into);
    assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(object, 50_000, 250_000));
    assertThat(opened).containsExactly(50_000L, 150_000L, 250_000L);
  }

  @Test
  void aReaderStopsBeforeTheNextChunkIfRequired() {
    RangeReader reader =
        new RangeReader(
            new Store(),
            OBJECT,
            OBJECT_BYTES,
            _ -> {},
            at -> {
              if (at > 0) {
                throw new StoreException(OBJECT, "takes too long, at byte " + at);
              }
            });
    assertThatThrownBy(() -> reader.read(0, ByteBuffer.allocate(OBJECT_BYTES)))
        .isInstanceOf(StoreException.class)
        .hasMessage(OBJECT + " takes too long, at byte 65536");
    assertThat(opened).containsExactly(0L);
  }

  private RangeReader reader() {
    return new RangeReader(new Store(), OBJECT, OBJECT_BYTES, _ -> {}, _ -> {});
  }

  private final class Store implements ObjectStore {
    @Override
    public Part open(Place place, long offset, long bytes) {
      opened.add(offset);
      int length = (int) Math.min(STREAM_BYTES, bytes);
      InputStream content = new ByteArrayInputStream(object, (int) offset, length);
      return new Part(new SequenceInputStream(content, new Broken()), OBJECT_BYTES, "etag");
    }

    @Override
    public void close() {}
  }

  private static final class Broken extends InputStream {
    @Override
    public int read() {
      throw new UnsupportedOperationException("a range is read in chunks");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      throw new IOException("the connection was reset");
    }
  }
}
