package dev.snapranker.dev.collection;

import java.util.Comparator;

/**
 * A document of one query's list in a run.
 *
 * @param score higher is better
 */
public record Hit(String document, double score) {
  /**
   * As trec_eval orders them: by score alone, whatever the rank column says, and equal scores by
   * document id, descending.
   */
  public static final Comparator<Hit> BEST_FIRST =
      Comparator.comparingDouble(Hit::score).thenComparing(Hit::document).reversed();
}
