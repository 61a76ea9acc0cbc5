package dev.snapranker.score;

import dev.snapranker.text.EncodedPair;

/** Computes the logit of a pair. Thread-safe. */
@FunctionalInterface
public interface Scorer {
  float logit(EncodedPair pair);
}
