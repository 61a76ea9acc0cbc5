package dev.snapranker.dev.collection;

import java.util.List;

/**
 * A query of a run with its documents.
 *
 * @param hits best first
 */
public record QueryHits(String query, List<Hit> hits) {
  public QueryHits {
    hits = hits.stream().sorted(Hit.BEST_FIRST).toList();
  }

  /** The best ones. */
  public List<Hit> first(int top) {
    return hits.subList(0, Math.min(top, hits.size()));
  }
}
