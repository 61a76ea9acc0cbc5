package dev.snapranker.dev.fit;

import java.util.List;

/**
 * How far scores are from probabilities.
 *
 * @param logLoss the mean of −ln p(the judgement)
 * @param expectedError the mean distance of score and share of relevant pairs, over bins of equal
 *     width (Guo et al., ICML 2017)
 */
record CalibrationQuality(double logLoss, double expectedError) {
  private static final int BINS = 15;

  /**
   * A score nearer to 0 or 1 counts as this near: one wrong pair must not make the mean infinite.
   */
  private static final double NEAREST = 1e-6;

  /**
   * @param scores [pairs]
   */
  static CalibrationQuality of(List<JudgedLogit> pairs, double[] scores) {
    double[] expected = new double[BINS]; // [bins], sums
    int[] relevant = new int[BINS];
    double logLoss = 0;
    for (int i = 0; i < scores.length; i++) {
      JudgedLogit pair = pairs.get(i);
      double p = scores[i];
      double bounded = Math.clamp(p, NEAREST, 1 - NEAREST);
      logLoss -= Math.log(pair.relevant() ? bounded : 1 - bounded);
      int bin = Math.min(BINS - 1, (int) (p * BINS));
      expected[bin] += p;
      relevant[bin] += pair.relevant() ? 1 : 0;
    }
    double off = 0;
    for (int bin = 0; bin < BINS; bin++) {
      off += Math.abs(expected[bin] - relevant[bin]);
    }
    return new CalibrationQuality(logLoss / pairs.size(), off / pairs.size());
  }
}
