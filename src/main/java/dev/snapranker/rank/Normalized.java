package dev.snapranker.rank;

import dev.snapranker.api.Fusion;
import java.util.Arrays;

/** Values of one request on a scale that others share. */
final class Normalized {
  /** Squares of values below it, and sums of these, are finite. */
  private static final double MOST = 1e100;

  private Normalized() {}

  /** [values], as {@link Fusion.Normalization} defines. */
  static double[] of(double[] values, Fusion.Normalization normalization) {
    double[] small = withoutOverflow(values);
    return switch (normalization) {
      case MIN_MAX -> minMax(small);
      case Z_SCORE -> zScore(small);
    };
  }

  /** So small that no square or sum overflows: what is returned does not depend on the scale. */
  private static double[] withoutOverflow(double[] values) {
    double most = Arrays.stream(values).map(Math::abs).max().orElse(0);
    return most > MOST ? Arrays.stream(values).map(x -> x / most).toArray() : values;
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
