package dev.snapranker.score;

import dev.snapranker.api.Deadline;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;

/** A model that computes the logits of pairs. Thread-safe. */
@FunctionalInterface
public interface Scorer extends AutoCloseable {
  /** The logit of one pair, of which nothing else is known. */
  float logit(EncodedPair pair);

  /**
   * Opens a query, to score many pairs of it. The caller closes it.
   *
   * @param deadline how long the call may wait for memory
   */
  default QueryScorer open(EncodedQuery query, Deadline deadline) {
    return new PairByPair(this);
  }

  @Override
  default void close() {}
}
