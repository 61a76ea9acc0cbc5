package dev.snapranker.job;

import dev.snapranker.api.Deadline;
import dev.snapranker.model.Sha256;
import dev.snapranker.store.GzipInput;
import dev.snapranker.store.Place;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a stream, plain or gzip, in bounded memory. Gzip may have several members. */
public final class LineReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream content;
  private final int mostBytes;
  private final Deadline readUntil;
  private final MessageDigest digest = Sha256.digest();
  private byte[] line = new byte[BUFFER_BYTES];
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int next;
  private int end;
  private long number;

  /**
   * @param object the source of the bytes; it is gzip if its name ends in .gz or its content begins
   *     like gzip
   * @param maker makes the lines of the unpacked content
   * @param mostBytes the most bytes of a line; the content of a longer line is dropped
   * @param readUntil the time when reading must stop
   */
  LineReader(InputStream in, Place object, LineMaker maker, int mostBytes, Deadline readUntil)
      throws IOException {
    this.content = maker.lines(GzipInput.unpacked(in, object.key()));
    this.mostBytes = mostBytes;
    this.readUntil = readUntil;
  }

  /**
   * Reads the next line that is not blank; null at the end.
   *
   * @throws ReadTimeoutException if time runs out; then no more lines can be read
   */
  @Nullable Line next() throws IOException {
    while (true) {
      int length = 0; // of the line; beyond mostBytes, bytes are only counted
      boolean any = false;
      boolean ended = false;
      while (!ended && (next < end || fill())) {
        any = true;
        int from = next;
        while (next < end && buffer[next] != '\n') {
          next++;
        }
        length = keep(from, next - from, length);
        if (next < end) {
          next++;
          ended = true;
        }
        digest.update(buffer, from, next - from);
      }
      if (!any) {
        return null;
      }
      number++;
      byte @Nullable [] bytes = length > mostBytes ? null : Arrays.copyOf(line, length);
      if (bytes == null || !isBlank(bytes)) {
        return new Line(number, length, bytes, digest());
      }
    }
  }

  private int keep(int from, int count, int length) {
    int total = (int) Math.min(Integer.MAX_VALUE, (long) length + count);
    if (total <= mostBytes) {
      if (total > line.length) {
        line = Arrays.copyOf(line, Math.max(total, Math.min(mostBytes, 2 * line.length)));
      }
      System.arraycopy(buffer, from, line, length, count);
    }
    return total;
  }

  private boolean fill() throws IOException {
    if (readUntil.passed()) {
      throw new ReadTimeoutException();
    }
    next = 0;
    end = Math.max(0, content.read(buffer));
    return end > 0;
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte each : bytes) {
      if (each != ' ' && each != '\t' && each != '\r') {
        return false;
      }
    }
    return true;
  }

  /** The SHA-256 of all bytes up to the last line's end, in lower-case hexadecimal. */
  private String digest() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
    }
  }

  @Override
  public void close() throws IOException {
    content.close();
  }

  /**
   * A line.
   *
   * @param number the line's number, from 1; blank lines count
   * @param length the length in bytes, without the line end
   * @param bytes the content without the line end; null if the line is too long
   * @param digest the digest of the input up to and including the line
   */
  @SuppressWarnings("ArrayRecordComponent") // is never compared
  public record Line(long number, int length, byte @Nullable [] bytes, String digest) {}
}
