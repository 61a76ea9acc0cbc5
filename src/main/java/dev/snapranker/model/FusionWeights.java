package dev.snapranker.model;

/**
 * A linear model of relevance: the log odds that a document is relevant are {@code intercept +
 * logit · x₁ + firstStage · x₂ + reciprocalRank · x₃ + logLength · x₄}.
 *
 * @param logit of the cross-encoder's logit
 * @param firstStage of the first-stage score, (score − least) / (most − least) of the request's
 * @param reciprocalRank of 1 / rank in the first stage's list
 * @param logLength of ln(1 + length of the text in UTF-16 characters)
 */
public record FusionWeights(
    double intercept, double logit, double firstStage, double reciprocalRank, double logLength) {
  /** Far beyond what is fitted, and so small that log odds are finite. */
  private static final double MAX = 1e30;

  public FusionWeights {
    for (double weight : new double[] {intercept, logit, firstStage, reciprocalRank, logLength}) {
      if (!(Math.abs(weight) <= MAX)) { // true for NaN
        throw new IllegalArgumentException(
            "a weight is %s; expected numbers within ±%s".formatted(weight, MAX));
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
