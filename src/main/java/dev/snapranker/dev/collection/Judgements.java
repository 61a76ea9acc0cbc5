package dev.snapranker.dev.collection;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Counted;
import dev.snapranker.dev.cli.UsageException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How relevant which document is to which query (qrels): TREC's and MS MARCO's four columns {@code
 * query iteration document grade}, three columns {@code query document grade}, BEIR's with a header
 * line, or JSON lines.
 *
 * @param grades by query and document; a grade of 0 or less is not relevant, nor is a document that
 *     is not named
 */
public record Judgements(Map<String, Map<String, Integer>> grades) {
  private static final List<String> QUERIES = List.of("query_id", "query-id", "qid");
  private static final List<String> DOCUMENTS =
      List.of("doc_id", "corpus-id", "corpus_id", "docid", "docno", "pid");
  private static final List<String> GRADES = List.of("relevance", "score", "grade", "rel", "label");
  private static final Pattern GRADE = Pattern.compile("[+-]?\\d{1,9}(\\.0+)?");
  private static final String EXPECTED =
      "query, document and grade, or query, iteration, document and grade";

  /** Reads a file; equal lines count once. */
  public static Judgements read(Path file) {
    Reading reading = new Reading();
    TextLines.forEach(file, "lines of " + EXPECTED, reading);
    if (reading.grades.isEmpty()) { // a header or comments alone
      throw new UsageException(
          "%s has no judgement; expected lines of %s".formatted(file, EXPECTED));
    }
    return new Judgements(reading.grades);
  }

  /** Of a query, by document; empty if the query is not judged. */
  public Map<String, Integer> of(String query) {
    return grades.getOrDefault(query, Map.of());
  }

  private static final class Reading implements Consumer<String> {
    private final Map<String, Map<String, Integer>> grades = new HashMap<>();
    private @Nullable Columns columns; // null before the first line

    @Override
    public void accept(String line) {
      if (line.startsWith("#")) {
        return; // a comment, as in trec_eval
      }
      if (line.startsWith("{")) {
        json(JsonEntries.parse(line));
        return;
      }
      String[] cells = line.strip().split(line.contains("\t") ? "\\s*\t\\s*" : "\\s+", -1);
      if (line.contains("\t") && cells.length != 3 && cells.length != 4) {
        cells = line.strip().split("\\s+", -1);
      }
      if (columns == null) {
        columns = Columns.of(Arrays.asList(cells));
        if (columns.header) {
          return;
        }
      }
      if (cells.length != columns.count) {
        throw new MalformedException(
            "has %s; expected %d, as in the first line"
                .formatted(Counted.of(cells.length, "column"), columns.count));
      }
      add(cells[columns.query], cells[columns.document], cells[columns.grade]);
    }

    private void json(JsonNode json) {
      JsonNode query = JsonEntries.first(json, QUERIES);
      JsonNode document = JsonEntries.first(json, DOCUMENTS);
      JsonNode grade = JsonEntries.first(json, GRADES);
      if (query == null || document == null || grade == null) {
        throw new MalformedException(
            "expected an object with a query (%s), a document (%s) and a grade (%s)"
                .formatted(
                    String.join(", ", QUERIES),
                    String.join(", ", DOCUMENTS),
                    String.join(", ", GRADES)));
      }
      add(query.asText(), document.asText(), grade.asText());
    }

    private void add(String query, String document, String grade) {
      if (query.isEmpty() || document.isEmpty()) {
        throw new MalformedException("a column is empty; expected " + EXPECTED);
      }
      if (!GRADE.matcher(grade).matches()) {
        throw new MalformedException(
            "the grade is '%s'; expected a whole number in the last of %s"
                .formatted(grade, EXPECTED));
      }
      int value = Integer.parseInt(grade.replaceFirst("\\.0+$", ""));
      Integer before = grades.computeIfAbsent(query, _ -> new HashMap<>()).put(document, value);
      if (before != null && before != value) {
        throw new MalformedException(
            "document %s has the grade %d for query %s, and the grade %d in a line before; expected one"
                .formatted(document, value, query, before));
      }
    }
  }

  /**
   * What is where in a line.
   *
   * @param header whether the first line has names, and no judgement
   */
  private record Columns(boolean header, int count, int query, int document, int grade) {
    static Columns of(List<String> first) {
      List<String> names = first.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
      int query = index(names, QUERIES);
      int document = index(names, DOCUMENTS);
      int grade = index(names, GRADES);
      if (query >= 0 && document >= 0 && grade >= 0) {
        return new Columns(true, first.size(), query, document, grade);
      }
      return switch (first.size()) {
        case 3 -> new Columns(false, 3, 0, 1, 2);
        case 4 -> new Columns(false, 4, 0, 2, 3);
        default ->
            throw new MalformedException(
                "has %s; expected %s".formatted(Counted.of(first.size(), "column"), EXPECTED));
      };
    }

    private static int index(List<String> names, List<String> known) {
      return known.stream().mapToInt(names::indexOf).filter(i -> i >= 0).findFirst().orElse(-1);
    }
  }
}
