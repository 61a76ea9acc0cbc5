package dev.snapranker.dev.collection;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.store.FileErrors;
import dev.snapranker.store.GzipInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a text file in UTF-8, packed by gzip or not. What is wrong is reported with the
 * file's name and the line's number. A byte order mark and blank lines are passed over.
 */
public final class TextLines implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MOST_BYTES = 64 << 20;
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private final InputStream content;
  private final String name;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int next;
  private int end;
  private byte[] line = new byte[BUFFER_BYTES];
  private long number;

  /**
   * Lines of a stream.
   *
   * @param content unpacked
   * @param name of the file, for messages
   */
  TextLines(InputStream content, String name) {
    this.content = content;
    this.name = name;
  }

  static TextLines open(Path file) {
    try {
      InputStream bytes = Files.newInputStream(file);
      try {
        return new TextLines(GzipInput.unpacked(bytes, file.toString()), file.toString());
      } catch (IOException e) {
        bytes.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new UsageException(file + ": no such file");
    } catch (IOException e) {
      throw new UsageException("%s cannot be read: %s".formatted(file, FileErrors.problem(e)));
    }
  }

  /** Gives each line of a file to a consumer, which may refuse it as malformed. */
  static void forEach(Path file, String expected, Consumer<String> consumer) {
    try (TextLines lines = open(file)) {
      lines.forEach(expected, consumer);
    }
  }

  /**
   * Gives each line to a consumer, which may refuse it as malformed.
   *
   * @param expected what the file should hold; for the message if it is empty
   */
  void forEach(String expected, Consumer<String> consumer) {
    String each = next();
    if (each == null) {
      throw new UsageException("%s is empty; expected %s".formatted(name, expected));
    }
    for (; each != null; each = next()) {
      try {
        consumer.accept(each);
      } catch (MalformedException e) {
        throw wrong(String.valueOf(e.getMessage()));
      }
    }
  }

  /** The next line that is not blank; null at the end. */
  @Nullable String next() {
    try {
      for (int length = read(); length >= 0; length = read()) {
        String text = decode(length);
        if (!text.isBlank()) {
          return text;
        }
      }
      return null;
    } catch (CharacterCodingException e) {
      throw wrong(
          "is not UTF-8; convert the file, for example with iconv -f %s -t UTF-8"
              .formatted(startsAsUtf16() ? "UTF-16" : "ISO-8859-1"));
    } catch (IOException e) {
      throw new UsageException(
          "%s cannot be read after line %d: %s".formatted(name, number, FileErrors.problem(e)));
    }
  }

  /** Reads a line into {@link #line}; returns its length, or -1 at the end. */
  private int read() throws IOException {
    int length = 0;
    boolean any = false;
    while (next < end || fill()) {
      if (!any) {
        any = true;
        number++;
      }
      int from = next;
      while (next < end && buffer[next] != '\n') {
        next++;
      }
      keep(from, next - from, length);
      length += next - from;
      if (next < end) {
        next++;
        return length;
      }
    }
    return any ? length : -1;
  }

  private void keep(int from, int count, int length) {
    int total = length + count;
    if (total > MOST_BYTES) {
      throw wrong("has more than %d bytes; is this a text file?".formatted(MOST_BYTES));
    }
    if (total > line.length) {
      line = Arrays.copyOf(line, Math.max(total, 2 * line.length));
    }
    System.arraycopy(buffer, from, line, length, count);
  }

  private boolean fill() throws IOException {
    next = 0;
    end = Math.max(0, content.read(buffer));
    return end > 0;
  }

  private String decode(int length) throws CharacterCodingException {
    int most = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    String text = decoder.decode(ByteBuffer.wrap(line, 0, most)).toString();
    boolean marked = number == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    return marked ? text.substring(1) : text;
  }

  private boolean startsAsUtf16() {
    int start = (line[0] & 0xff) << 8 | (line[1] & 0xff);
    return number == 1 && (start == 0xfffe || start == 0xfeff);
  }

  /** The number of the last line, from 1; blank lines are counted. */
  long number() {
    return number;
  }

  String name() {
    return name;
  }

  /** An error of the last line. */
  UsageException wrong(String what) {
    return wrong(number, what);
  }

  UsageException wrong(long at, String what) {
    return new UsageException("%s, line %d: %s".formatted(name, at, what));
  }

  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException e) {
      throw new UsageException("%s cannot be read: %s".formatted(name, FileErrors.problem(e)));
    }
  }
}
