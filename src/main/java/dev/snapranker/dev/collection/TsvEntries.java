package dev.snapranker.dev.collection;

import dev.snapranker.api.Counted;
import dev.snapranker.dev.cli.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Columns with tabs between them: MS MARCO's, ir_datasets', and TREC topics as TSV. The columns are
 * those of the option, or of a header line; or {@code id, text}, if there are two; or {@code id,
 * url, title, text}, if there are four and the second one is a URL.
 */
final class TsvEntries implements EntryFormat {
  private static final Pattern URL = Pattern.compile("https?://.*", Pattern.DOTALL);

  private final EntryFields fields;
  private final List<String> named; // by the option
  private @Nullable Columns columns; // null before the first line

  /**
   * A file of columns.
   *
   * @param named the columns that the option names; empty for none
   */
  TsvEntries(EntryFields fields, List<String> named) {
    this.fields = fields;
    this.named = named;
  }

  @Override
  public void read(String line, Consumer<Entry> entries) {
    String[] cells = line.split("\t", -1);
    if (columns == null) {
      Columns header = Columns.of(List.of(cells), fields);
      if (!named.isEmpty()) {
        columns = named();
      } else {
        columns = header == null ? usual(cells) : header;
      }
      if (header != null) {
        return;
      }
    }
    if (cells.length != columns.count) {
      throw new MalformedException(
          "has %s; expected %d with tabs between them, as in the first line"
              .formatted(Counted.of(cells.length, "column"), columns.count));
    }
    entries.accept(
        Entry.of(
            cells[columns.id].strip(),
            columns.title < 0 ? null : cells[columns.title],
            cells[columns.text]));
  }

  private Columns named() {
    Columns columns = Columns.of(named, fields);
    if (columns == null) {
      throw new UsageException(
          "%s is '%s'; expected the names of all columns with commas between them, among them %s"
              .formatted(fields.option(), String.join(",", named), fields.expected()));
    }
    return columns;
  }

  private Columns usual(String[] cells) {
    if (cells.length == 2) {
      return new Columns(2, 0, -1, 1);
    }
    if (cells.length == 4 && URL.matcher(cells[1]).matches()) {
      return new Columns(4, 0, 2, 3);
    }
    throw new MalformedException(
        "has %s; expected 2 (id, text), or 4 with a URL as the second (id, url, title, text),"
                .formatted(Counted.of(cells.length, "column"))
            + " or their names in %s, for example %s id,text,title"
                .formatted(fields.option(), fields.option()));
  }

  /**
   * Where in a line an entry's parts are.
   *
   * @param title negative for none
   */
  private record Columns(int count, int id, int title, int text) {
    /** Null if the names are not those of columns. */
    static @Nullable Columns of(List<String> names, EntryFields fields) {
      List<String> lower = new ArrayList<>();
      names.forEach(name -> lower.add(name.strip().toLowerCase(Locale.ROOT)));
      int id = first(lower, fields.ids());
      int text = first(lower, fields.texts());
      return id < 0 || text < 0
          ? null
          : new Columns(names.size(), id, first(lower, fields.titles()), text);
    }

    private static int first(List<String> names, List<String> candidates) {
      return candidates.stream()
          .mapToInt(names::indexOf)
          .filter(i -> i >= 0)
          .findFirst()
          .orElse(-1);
    }
  }
}
