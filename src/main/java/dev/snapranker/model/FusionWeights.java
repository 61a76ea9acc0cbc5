package dev.snapranker.model;

/**
 * A logistic model of relevance: the log odds that a document is relevant are {@code intercept +
 * logit · x₁ + firstStage · x₂ + reciprocalRank · x₃ + logLength · x₄}.
 *
 * @param logit of the cross-encoder's logit
 * @param firstStage of the first-stage score, (score − least) / (most − least) of the request's
 * @param reciprocalRank of 1 / rank in the first stage's list
 * @param logLength of ln(1 + length of the text in UTF-16 characters)
 */
public record FusionWeights(
    double intercept, double logit, double firstStage, double reciprocalRank, double logLength) {
  public FusionWeights {
    for (double weight : new double[] {intercept, logit, firstStage, reciprocalRank, logLength}) {
      if (!Double.isFinite(weight)) {
        throw new IllegalArgumentException("a weight is " + weight + "; expected finite numbers");
      }
    }
  }

  /** What the cross-encoder and the text give to the log odds. */
  public double modelPart(double logitValue, int length) {
    return intercept + logit * logitValue + logLength * Math.log1p(length);
  }

  /**
   * What the first stage gives to the log odds.
   *
   * @param score in 0..1
   * @param rank from 1
   */
  public double firstStagePart(double score, int rank) {
    return firstStage * score + reciprocalRank / rank;
  }
}
