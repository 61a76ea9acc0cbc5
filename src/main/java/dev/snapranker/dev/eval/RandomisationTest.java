package dev.snapranker.dev.eval;

import java.util.Random;

/**
 * Fisher's randomisation test for the difference of two systems on the same queries (Smucker, Allan
 * and Carterette, CIKM 2007): how often is the mean difference as large by chance, if for each
 * query it were a coin's toss which system had which score?
 */
public final class RandomisationTest {
  private static final int PERMUTATIONS = 10_000;
  private static final long SEED = 42; // the same data give the same p

  private RandomisationTest() {}

  /**
   * The two-sided p, at least 1 / 10,001.
   *
   * @param a [queries]
   * @param b [queries], in the same order
   */
  public static double p(double[] a, double[] b) {
    double observed = 0;
    for (int i = 0; i < a.length; i++) {
      observed += a[i] - b[i];
    }
    Random random = new Random(SEED);
    int asLarge = 0;
    for (int permutation = 0; permutation < PERMUTATIONS; permutation++) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += random.nextBoolean() ? a[i] - b[i] : b[i] - a[i];
      }
      // What differs by rounding alone is as large.
      if (Math.abs(sum) >= Math.abs(observed) - 1e-12) {
        asLarge++;
      }
    }
    return (asLarge + 1.0) / (PERMUTATIONS + 1);
  }
}
