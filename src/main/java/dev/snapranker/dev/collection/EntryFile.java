package dev.snapranker.dev.collection;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file of documents or of queries. Its first line says its format: JSON begins with a brace,
 * topics with an angle bracket, and columns have tabs.
 *
 * @param columns names for columns without a header; empty for none
 * @param topics null if the file cannot be of topics
 */
record EntryFile(Path file, EntryFields fields, List<String> columns, @Nullable TopicPart topics) {

  static EntryFile documents(Path file, List<String> columns) {
    return new EntryFile(file, EntryFields.documents(), columns, null);
  }

  static EntryFile queries(Path file, List<String> columns, TopicPart part) {
    return new EntryFile(file, EntryFields.queries(part), columns, part);
  }

  /** Gives each entry to a consumer, which may refuse it as malformed. */
  void forEach(Consumer<Entry> consumer) {
    Reading reading = new Reading(consumer);
    try (TextLines lines = TextLines.open(file)) {
      lines.forEach("a %s a line".formatted(fields.what()), reading);
      try {
        reading.end();
      } catch (MalformedException e) {
        throw lines.wrong(String.valueOf(e.getMessage()));
      }
    }
  }

  private EntryFormat format(String firstLine) {
    String start = firstLine.stripLeading();
    if (start.startsWith("{")) {
      return new JsonEntries(fields);
    }
    if (start.startsWith("<") && topics != null) {
      return new TopicEntries(topics);
    }
    if (firstLine.contains("\t")) {
      return new TsvEntries(fields, columns);
    }
    throw new MalformedException(
        "expected a %s as a JSON object%s, or as columns with tabs between them"
            .formatted(fields.what(), topics == null ? "" : ", as TREC's <top>"));
  }

  /** Chooses the format by the first line, and reads all lines in it. */
  private final class Reading implements Consumer<String> {
    private final Consumer<Entry> entries;
    private @Nullable EntryFormat format;

    Reading(Consumer<Entry> entries) {
      this.entries = entries;
    }

    @Override
    public void accept(String line) {
      if (format == null) {
        format = format(line);
      }
      format.read(line, entries);
    }

    void end() {
      if (format != null) {
        format.end();
      }
    }
  }
}
