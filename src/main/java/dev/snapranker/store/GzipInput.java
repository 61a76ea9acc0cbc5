package dev.snapranker.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the content of a gzip file (RFC 1952): all its members, to the last byte. Anything but a
 * complete member is a {@link GzipException} that names the position. In contrast, {@link
 * java.util.zip.GZIPInputStream} treats a damaged member header as the end of the file. Zeros after
 * the last member are also an error, because a member may have been lost there.
 */
public final class GzipInput extends InputStream {
  /** The first byte of a gzip file. No text begins with it. */
  private static final int FIRST_BYTE = 0x1f;

  private static final int SECOND_BYTE = 0x8b;
  private static final int DEFLATE = 8;

  // Flags of a member's header.
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int next;
  private int end;
  private long bufferAt; // position of the buffer's first byte in the file
  private final Inflater inflater = new Inflater(true);
  private final CRC32 contentCrc = new CRC32();
  private final CRC32 headerCrc = new CRC32();
  private long memberAt;
  private boolean inMember;
  private boolean ended;

  public GzipInput(InputStream in) {
    this.in = in;
  }

  /** A file's content: unpacked if its name ends in .gz, or if it starts as gzip. */
  public static InputStream unpacked(InputStream in, String name) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
    buffered.mark(1);
    boolean startsAsGzip = buffered.read() == FIRST_BYTE;
    buffered.reset();
    return name.endsWith(".gz") || startsAsGzip ? new GzipInput(buffered) : buffered;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember) {
        openMember();
        continue;
      }
      int count = inflate(into, offset, length);
      if (count > 0) {
        contentCrc.update(into, offset, count);
        return count;
      }
      if (inflater.finished()) {
        closeMember();
      } else if (inflater.needsDictionary()) {
        throw new GzipException(
            at(), "the compressed data needs a dictionary, which gzip does not have");
      } else if (inflater.needsInput()) {
        requireMore("the compressed data");
        inflater.setInput(buffer, next, end - next);
      }
    }
    return -1;
  }

  private int inflate(byte[] into, int offset, int length) throws GzipException {
    try {
      int count = inflater.inflate(into, offset, length);
      next = end - inflater.getRemaining();
      return count;
    } catch (DataFormatException e) {
      next = end - inflater.getRemaining();
      throw new GzipException(at(), "the compressed data is damaged: " + e.getMessage());
    }
  }

  private void openMember() throws IOException {
    memberAt = at();
    if (next == end && !fill()) {
      if (memberAt == 0) {
        throw new GzipException(0, "the file is empty; expected a gzip member");
      }
      ended = true;
      return;
    }
    headerCrc.reset();
    if (header() != FIRST_BYTE || header() != SECOND_BYTE) {
      throw new GzipException(
          memberAt,
          (memberAt == 0 ? "no gzip member starts here" : "no other gzip member starts here")
              + "; expected the bytes 1f 8b"
              + (memberAt == 0 ? "" : " or the file's end"));
    }
    int method = header();
    if (method != DEFLATE) {
      throw new GzipException(
          at() - 1, "the compression method is %d; expected 8".formatted(method));
    }
    int flags = header();
    if ((flags & RESERVED) != 0) {
      throw new GzipException(at() - 1, "the header has flags that gzip does not define");
    }
    skipHeader(6); // time, hints, operating system
    if ((flags & EXTRA) != 0) {
      skipHeader(header() | header() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      long expected = headerCrc.getValue() & 0xffff;
      if ((header() | header() << 8) != expected) {
        throw new GzipException(at() - 2, "the header does not match its checksum");
      }
    }
    inflater.reset();
    inflater.setInput(buffer, next, end - next);
    contentCrc.reset();
    inMember = true;
  }

  private void closeMember() throws IOException {
    long trailerAt = at();
    if (little32() != contentCrc.getValue()) {
      throw new GzipException(
          trailerAt,
          "the content of the member that starts at byte %d does not match its checksum"
              .formatted(memberAt));
    }
    if (little32() != (inflater.getBytesWritten() & 0xffffffffL)) {
      throw new GzipException(
          trailerAt + 4,
          "the length of the member that starts at byte %d differs from the length in its trailer"
              .formatted(memberAt));
    }
    inMember = false;
  }

  private long little32() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      value |= (long) nextByte("a member's checksum") << shift;
    }
    return value;
  }

  private void skipHeader(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      header();
    }
  }

  private void skipText() throws IOException {
    while (header() != 0) {
      // read up to the zero at its end
    }
  }

  @SuppressWarnings("UnusedReturnValue")
  private int header() throws IOException {
    int each = nextByte("a member's header");
    headerCrc.update(each);
    return each;
  }

  private int nextByte(String of) throws IOException {
    requireMore(of);
    return buffer[next++] & 0xff;
  }

  private void requireMore(String of) throws IOException {
    if (next == end && !fill()) {
      throw new GzipException(at(), "the file ends within " + of);
    }
  }

  private boolean fill() throws IOException {
    bufferAt += end;
    next = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }

  private long at() {
    return bufferAt + next;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
