package dev.snapranker.model;

/**
 * A linear model of relevance: the log odds that a document is relevant are {@code intercept +
 * logit · x₁ + firstStage · x₂ + reciprocalRank · x₃ + logLength · x₄}.
 *
 * @param logit the weight of the cross-encoder's logit
 * @param firstStage the weight of the first-stage score, scaled to (score − least) / (most − least)
 *     within the request
 * @param reciprocalRank the weight of 1 / rank in the first stage's list
 * @param logLength the weight of ln(1 + length of the text in UTF-16 characters)
 */
public record FusionWeights(
    double intercept, double logit, double firstStage, double reciprocalRank, double logLength) {
  /** Far above any fitted weight, but small enough to keep the log odds finite. */
  private static final double MAX = 1e30;

  public FusionWeights {
    for (double weight : new double[] {intercept, logit, firstStage, reciprocalRank, logLength}) {
      if (!(Math.abs(weight) <= MAX)) { // true for NaN
        throw new IllegalArgumentException(
            "a weight is %s; expected numbers within ±%s".formatted(weight, MAX));
      }
    }
  }

  /** The part of the log odds that comes from the cross-encoder and the text. */
  public double modelPart(double logitValue, int length) {
    return intercept + logit * logitValue + logLength * Math.log1p(length);
  }

  /**
   * The part of the log odds that comes from the first stage.
   *
   * @param score the scaled score, in 0..1
   * @param rank the rank, from 1
   */
  public double firstStagePart(double score, int rank) {
    return firstStage * score + reciprocalRank / rank;
  }
}
