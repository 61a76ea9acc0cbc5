package dev.snapranker.wire.json;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Suggests a known field for an unknown field name. */
final class SimilarName {
  /** Names that different reranking services use for the same thing. */
  private static final List<List<String>> SYNONYMS =
      List.of(
          List.of("candidates", "documents", "texts", "passages", "sources"),
          List.of("top_k", "top_n", "limit"),
          List.of("return_text", "return_documents"),
          List.of("min_score", "threshold", "score_threshold"),
          List.of("truncate", "truncation"));

  private static final int MAX_CHARS = 32;

  private SimilarName() {}

  /**
   * The known field that is most similar, if any is similar enough.
   *
   * @param known the fields that the dialect has here; {@code name} is not one of them
   * @param isSet whether the caller has sent a field; such a field is not suggested as a synonym
   */
  static Optional<String> of(String name, List<String> known, Predicate<String> isSet) {
    Optional<String> synonym =
        SYNONYMS.stream()
            .filter(names -> names.contains(name))
            .flatMap(List::stream)
            .filter(known::contains)
            .filter(isSet.negate())
            .findFirst();
    if (synonym.isPresent() || name.length() > MAX_CHARS) {
      return synonym;
    }
    String plain = plain(name);
    return known.stream()
        .min(Comparator.comparingInt(field -> edits(plain, plain(field))))
        .filter(field -> edits(plain, plain(field)) <= Math.min(2, plain.length() / 2));
  }

  private static String plain(String name) {
    return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
  }

  /** Levenshtein's distance. */
  private static int edits(String a, String b) {
    int[] row =
        new int[b.length() + 1]; // [b.length() + 1], distance from a's prefix to each prefix of b
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
