package dev.snapranker.wire;

import java.io.IOException;
import java.io.Writer;

/** Takes no more characters than a reply may have bytes. */
final class ReplyWriter extends Writer {
  private final StringBuilder text = new StringBuilder();
  private final int mostChars;

  ReplyWriter(int mostChars) {
    this.mostChars = mostChars;
  }

  @Override
  public void write(char[] buffer, int offset, int length) throws IOException {
    if (length > mostChars - text.length()) {
      throw new FullException();
    }
    text.append(buffer, offset, length);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  @Override
  public String toString() {
    return text.toString();
  }

  /** There is more to write than a reply may hold. */
  static final class FullException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
