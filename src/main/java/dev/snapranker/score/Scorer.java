package dev.snapranker.score;

import dev.snapranker.text.EncodedPair;

/** Gives a pair its logit. Safe for use by many threads at once. */
@FunctionalInterface
public interface Scorer {
  float logit(EncodedPair pair);
}
