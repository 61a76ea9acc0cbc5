package dev.snapranker.rank.scoring;

import java.util.stream.IntStream;

/**
 * A straight line through points, which predicts y from x.
 *
 * @param spread the standard deviation of the points from the line
 */
record Line(double intercept, double slope, double spread) {
  /** A smaller spread could make 0 / 0. */
  private static final double LEAST_SPREAD = 1e-6;

  /**
   * The coefficients of a polynomial for the normal distribution: Abramowitz and Stegun, Handbook
   * of Mathematical Functions, 26.2.17; its error is below 7.5e-8.
   */
  private static final double[] TAIL = {
    1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530
  };

  private static final double TAIL_SCALE = 0.2316419;

  /**
   * The line with the least squares through (x, y). It does not fall: what the stage before put
   * lower is never expected to be better.
   *
   * @param x may have more values than y; these are left out
   * @param y three values or more
   */
  static Line through(double[] x, double[] y) {
    int n = y.length;
    double meanX = IntStream.range(0, n).mapToDouble(i -> x[i]).sum() / n;
    double meanY = IntStream.range(0, n).mapToDouble(i -> y[i]).sum() / n;
    double xx = IntStream.range(0, n).mapToDouble(i -> (x[i] - meanX) * (x[i] - meanX)).sum();
    double xy = IntStream.range(0, n).mapToDouble(i -> (x[i] - meanX) * (y[i] - meanY)).sum();
    double slope = xx > 0 ? Math.max(0, xy / xx) : 0;
    double intercept = meanY - slope * meanX;
    double squares =
        IntStream.range(0, n)
            .mapToDouble(i -> y[i] - intercept - slope * x[i])
            .map(deviation -> deviation * deviation)
            .sum();
    return new Line(intercept, slope, Math.max(LEAST_SPREAD, Math.sqrt(squares / (n - 2))));
  }

  /** The chance that y is above {@code bound} at x, if deviations are normally distributed. */
  double chanceAbove(double bound, double x) {
    double deviations = (bound - intercept - slope * x) / spread;
    double tail = tail(Math.abs(deviations));
    return deviations >= 0 ? tail : 1 - tail;
  }

  /** The share of a normal distribution that is more than {@code z} deviations above its mean. */
  private static double tail(double z) {
    double t = 1 / (1 + TAIL_SCALE * z);
    double polynomial = 0;
    for (double coefficient : TAIL) {
      polynomial = (polynomial + coefficient) * t;
    }
    return polynomial * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  }
}
