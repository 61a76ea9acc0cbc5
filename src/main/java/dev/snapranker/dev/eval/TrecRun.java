package dev.snapranker.dev.eval;

import dev.snapranker.dev.cli.OutputFile;
import dev.snapranker.dev.collection.Hit;
import dev.snapranker.dev.collection.RunLine;
import dev.snapranker.dev.collection.RunReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A run: for each query its documents, best first. */
public record TrecRun(Map<String, List<Hit>> hits) {
  public TrecRun {
    Map<String, List<Hit>> sorted = new LinkedHashMap<>();
    hits.forEach((query, list) -> sorted.put(query, list.stream().sorted(Hit.BEST_FIRST).toList()));
    hits = sorted;
  }

  static TrecRun read(Path file) {
    Map<String, List<Hit>> hits = new LinkedHashMap<>();
    try (RunReader lines = RunReader.open(file)) {
      for (RunLine line = lines.next(); line != null; line = lines.next()) {
        hits.computeIfAbsent(line.query(), _ -> new ArrayList<>()).add(line.hit());
      }
    }
    if (hits.values().stream().anyMatch(TrecRun::hasOneTwice)) {
      refuseRepeated(file);
    }
    return new TrecRun(hits);
  }

  private static boolean hasOneTwice(List<Hit> hits) {
    return hits.stream().map(Hit::document).distinct().count() < hits.size();
  }

  /** Finds the line that names a query's document again, as trec_eval refuses it. */
  private static void refuseRepeated(Path file) {
    Map<String, Set<String>> seen = new LinkedHashMap<>();
    try (RunReader lines = RunReader.open(file)) {
      for (RunLine line = lines.next(); line != null; line = lines.next()) {
        String document = line.hit().document();
        if (!seen.computeIfAbsent(line.query(), _ -> new HashSet<>()).add(document)) {
          throw lines.repeated(line);
        }
      }
    }
  }

  List<Hit> of(String query) {
    return hits.getOrDefault(query, List.of());
  }

  /** The hits of some queries. */
  TrecRun of(Set<String> queries) {
    Map<String, List<Hit>> some = new LinkedHashMap<>(hits);
    some.keySet().retainAll(queries);
    return new TrecRun(some);
  }

  void write(Path file, String tag) {
    StringBuilder lines = new StringBuilder();
    hits.forEach((query, list) -> {
      for (int i = 0; i < list.size(); i++) {
        Hit hit = list.get(i);
        lines.append(
            "%s Q0 %s %d %s %s%n".formatted(query, hit.document(), i + 1, hit.score(), tag));
      }
    });
    OutputFile.write(file, lines.toString());
  }
}
