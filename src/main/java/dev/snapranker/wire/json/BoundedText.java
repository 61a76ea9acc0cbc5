package dev.snapranker.wire.json;

import java.io.IOException;
import java.io.Writer;

/** Text with a limit on its bytes in UTF-8. */
final class BoundedText extends Writer {
  private final StringBuilder text = new StringBuilder();
  private final int maxBytes;
  private int bytes;

  BoundedText(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public void write(char[] chars, int offset, int length) throws FullException {
    for (int i = offset; i < offset + length; i++) {
      bytes += utf8Bytes(chars[i]);
      if (bytes > maxBytes) {
        throw new FullException();
      }
    }
    text.append(chars, offset, length);
  }

  /** A surrogate is half of a character of four bytes. */
  private static int utf8Bytes(char c) {
    if (c < 0x80) {
      return 1;
    }
    return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  @Override
  public String toString() {
    return text.toString();
  }

  /** The text is longer than the limit. An IOException, because Jackson wraps all others. */
  static final class FullException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
