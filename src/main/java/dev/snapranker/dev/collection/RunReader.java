package dev.snapranker.dev.collection;

import dev.snapranker.dev.cli.UsageException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a run, in their order. Lines that begin with # are comments. */
public final class RunReader implements AutoCloseable {
  private final TextLines lines;
  private @Nullable RunFormat format; // null before the first line

  private RunReader(TextLines lines) {
    this.lines = lines;
  }

  public static RunReader open(Path file) {
    return new RunReader(TextLines.open(file));
  }

  /**
   * Reads a stream.
   *
   * @param content unpacked
   * @param name of the file, for messages
   */
  public static RunReader of(InputStream content, String name) {
    return new RunReader(new TextLines(content, name));
  }

  /** The next line; null at the end. */
  public @Nullable RunLine next() {
    for (String line = lines.next(); line != null; line = lines.next()) {
      if (line.startsWith("#")) {
        continue;
      }
      try {
        if (format == null) {
          format = RunFormat.of(line);
        }
        return format.parse(line, lines.number());
      } catch (MalformedException e) {
        throw lines.wrong(String.valueOf(e.getMessage()));
      }
    }
    if (format == null) {
      throw new UsageException(lines.name() + " is empty; expected a run");
    }
    return null;
  }

  /** An error: the last line names a document that its query has already. */
  public UsageException repeated(RunLine line) {
    return wrong(
        "names document %s for query %s again; expected each document once for a query"
            .formatted(line.hit().document(), line.query()));
  }

  UsageException wrong(String what) {
    return lines.wrong(what);
  }

  UsageException wrong(long number, String what) {
    return lines.wrong(number, what);
  }

  /** The number of the last line. */
  long number() {
    return lines.number();
  }

  @Override
  public void close() {
    lines.close();
  }
}
