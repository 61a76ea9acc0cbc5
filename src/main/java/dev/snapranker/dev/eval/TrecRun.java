package dev.snapranker.dev.eval;

import dev.snapranker.dev.cli.OutputFile;
import dev.snapranker.dev.cli.TextFile;
import dev.snapranker.dev.cli.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run in TREC's format: for each query its documents with their scores, best first. As trec_eval
 * does, the score alone counts, not the rank column, and equal scores are ordered by document id,
 * descending.
 */
public record TrecRun(Map<String, List<Hit>> hits) {

  /** A document of one query's list. */
  public record Hit(String document, double score) {}

  private static final Comparator<Hit> BEST_FIRST =
      Comparator.comparingDouble(Hit::score).thenComparing(Hit::document).reversed();

  public TrecRun {
    Map<String, List<Hit>> sorted = new LinkedHashMap<>();
    hits.forEach((query, list) -> sorted.put(query, list.stream().sorted(BEST_FIRST).toList()));
    hits = sorted;
  }

  /** Reads {@code query Q0 document rank score tag} lines; a name that ends in .gz is unpacked. */
  static TrecRun read(Path file) {
    Map<String, List<Hit>> hits = new LinkedHashMap<>();
    try (BufferedReader lines = TextFile.open(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length == 1 && fields[0].isEmpty()) {
          continue;
        }
        hits.computeIfAbsent(fields[0], _ -> new ArrayList<>()).add(hit(fields, file, number));
      }
    } catch (IOException e) {
      throw new UsageException(file + " cannot be read: " + e.getMessage());
    }
    if (hits.isEmpty()) {
      throw new UsageException(file + " holds no line; expected a TREC run");
    }
    return new TrecRun(hits);
  }

  private static Hit hit(String[] fields, Path file, int number) {
    if (fields.length != 6) {
      throw new UsageException(
          "%s, line %d has %d fields; expected query Q0 document rank score tag"
              .formatted(file, number, fields.length));
    }
    try {
      double score = Double.parseDouble(fields[4]);
      if (Double.isFinite(score)) {
        return new Hit(fields[2], score);
      }
    } catch (NumberFormatException e) {
      // Refused below, like an infinite one.
    }
    throw new UsageException(
        "%s, line %d: score is '%s'; expected a finite number".formatted(file, number, fields[4]));
  }

  List<Hit> of(String query) {
    return hits.getOrDefault(query, List.of());
  }

  void write(Path file, String tag) {
    StringBuilder lines = new StringBuilder();
    hits.forEach((query, list) -> {
      for (int i = 0; i < list.size(); i++) {
        Hit hit = list.get(i);
        lines.append("%s Q0 %s %d %s %s%n".formatted(query, hit.document, i + 1, hit.score, tag));
      }
    });
    OutputFile.write(file, lines.toString());
  }
}
