package dev.snapranker.score;

import dev.snapranker.text.EncodedPair;

/**
 * A query that is open at a model. It holds what all pairs of the query share, until whoever opened
 * it closes it. Thread-safe.
 */
public interface QueryScorer extends AutoCloseable {
  /** How many tokens the model must read before the first pair; 0 once it has. */
  int tokensToPrepare();

  /**
   * Reads these tokens, if no other thread has.
   *
   * @return how many tokens this call read
   */
  int prepare();

  /** How many tokens the model reads for a pair. */
  int tokens(EncodedPair pair);

  /** The logit of a pair of this query. */
  float logit(EncodedPair pair);

  @Override
  void close();
}
