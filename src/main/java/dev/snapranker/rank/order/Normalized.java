package dev.snapranker.rank.order;

import dev.snapranker.api.Fusion;
import java.util.Arrays;

/** Brings the values of one request to a common scale. */
final class Normalized {
  /**
   * For larger values, sums of squares could overflow; below the inverse, squares could become 0.
   */
  private static final double MAX = 1e100;

  private Normalized() {}

  /** Normalises the values; {@link Fusion.Normalization} has the formulas. */
  static double[] of(double[] values, Fusion.Normalization normalization) {
    if (Arrays.stream(values).distinct().count() < 2) { // their mean may differ in the last digit
      return new double[values.length];
    }
    double[] scaled = withinRange(values);
    return switch (normalization) {
      case MIN_MAX -> minMax(scaled);
      case Z_SCORE -> zScore(scaled);
    };
  }

  /** Divides by the largest value where needed. The result does not depend on the scale. */
  private static double[] withinRange(double[] values) {
    double most = Arrays.stream(values).map(Math::abs).max().orElse(0);
    boolean within = most <= MAX && most >= 1 / MAX;
    return within ? values : Arrays.stream(values).map(x -> x / most).toArray();
  }

  private static double[] minMax(double[] values) {
    double least = Arrays.stream(values).min().orElse(0);
    double range = Arrays.stream(values).max().orElse(0) - least;
    return scaled(values, least, range);
  }

  private static double[] zScore(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    double variance = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElse(0);
    return scaled(values, mean, Math.sqrt(variance));
  }

  private static double[] scaled(double[] values, double zero, double one) {
    return Arrays.stream(values).map(x -> one > 0 ? (x - zero) / one : 0).toArray();
  }
}
