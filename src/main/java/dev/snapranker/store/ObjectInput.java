package dev.snapranker.store;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object as a stream, for a slow reader. It reads one range at a time and then returns the
 * connection, so that no connection times out while the reader works.
 */
public final class ObjectInput extends InputStream {
  private static final int RANGE_BYTES = 4 << 20;

  private final Place object;
  private final WritableStore.Stat stat;
  private final RangeReader reader;
  private final MessageDigest md5 = Digests.md5();
  private byte[] range = new byte[0]; // [RANGE_BYTES] at most
  private int next;
  private int end;
  private long fetched;
  private boolean verified;

  /**
   * @param stat the expected state of the object; if it has changed since, reading fails
   */
  public ObjectInput(ObjectStore store, Place object, WritableStore.Stat stat) {
    this.object = object;
    this.stat = stat;
    this.reader = new RangeReader(store, object, stat.bytes(), this::requireUnchanged, _ -> {});
  }

  /** How many bytes have been returned so far. */
  public long position() {
    return fetched - (end - next);
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (next == end && !fill()) {
      verify();
      return -1;
    }
    int count = Math.min(length, end - next);
    System.arraycopy(range, next, into, offset, count);
    next += count;
    return count;
  }

  private boolean fill() {
    if (fetched == stat.bytes()) {
      return false;
    }
    int bytes = (int) Math.min(RANGE_BYTES, stat.bytes() - fetched);
    if (range.length < bytes) {
      range = new byte[bytes];
    }
    next = 0;
    end = 0;
    reader.read(fetched, ByteBuffer.wrap(range, 0, bytes));
    end = bytes;
    md5.update(range, 0, end);
    fetched += end;
    return true;
  }

  private void requireUnchanged(ObjectStore.Part opened) {
    if (!opened.etag().equals(stat.etag()) || opened.objectBytes() != stat.bytes()) {
      throw new StoreException(
          object, "changed while it was read; start again with the new object");
    }
  }

  private void verify() {
    @Nullable String expected = stat.md5();
    if (expected == null || verified) {
      return;
    }
    verified = true;
    String actual = HexFormat.of().formatHex(md5.digest());
    if (!actual.equals(expected)) {
      throw new DamagedException(
          object, "arrived with md5 %s; S3 says %s".formatted(actual, expected));
    }
  }
}
