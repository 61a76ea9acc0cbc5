package dev.snapranker.score;

import dev.snapranker.text.EncodedPair;

/** A query at a model that reads each pair as a whole, so that its pairs share nothing. */
record PairByPair(Scorer scorer) implements QueryScorer {
  @Override
  public int tokensToPrepare() {
    return 0;
  }

  @Override
  public int prepare() {
    return 0;
  }

  @Override
  public int tokens(EncodedPair pair) {
    return pair.tokens();
  }

  @Override
  public float logit(EncodedPair pair) {
    return scorer.logit(pair);
  }

  @Override
  public void close() {} // whoever loaded the model closes it
}
