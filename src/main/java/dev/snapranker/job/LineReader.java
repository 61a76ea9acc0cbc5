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

/** Reads lines of a stream, also of gzip (of several members, too), in bounded memory. */
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
   * @param object where the bytes come from; it is gzip if its name ends in .gz, or if it starts as
   *     gzip
   * @param maker makes the lines of the unpacked content
   * @param mostBytes of a line; a longer line is not kept
   * @param readUntil when reading stops
   */
  LineReader(InputStream in, Place object, LineMaker maker, int mostBytes, Deadline readUntil)
      throws IOException {
    this.content = maker.lines(GzipInput.unpacked(in, object.key()));
    this.mostBytes = mostBytes;
    this.readUntil = readUntil;
  }

  /**
   * The next line that is not blank; null at the end.
   *
   * @throws ReadTimeoutException if time runs out; then there is no line any more
   */
  @Nullable Line next() throws IOException {
    while (true) {
      int length = 0; // of the line; past mostBytes only counted
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

  /** Of all bytes up to the last line's end, SHA-256 in lower-case hexadecimal. */
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
   * @param number from 1; blank lines are counted
   * @param length in bytes, without the line's end
   * @param bytes without the line's end; null if they are too many
   * @param digest of the input up to and including the line
   */
  @SuppressWarnings("ArrayRecordComponent") // goes from hand to hand and is compared with none
  public record Line(long number, int length, byte @Nullable [] bytes, String digest) {}
}
