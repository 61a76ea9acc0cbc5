package dev.snapranker.dev.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How well scores agree with those of the same weights in fp32, averaged over requests.
 *
 * @param spearman the correlation of the ranks, 1 for the same order
 * @param top10 the share of the ten best candidates that both have
 */
record Agreement(double spearman, double top10) {
  private static final int TOP = 10;

  /**
   * @param scores and {@code expected}: for each request, one score for each candidate
   */
  static Agreement of(List<double[]> scores, List<double[]> expected) {
    double spearman = 0;
    double shared = 0;
    for (int i = 0; i < scores.size(); i++) {
      spearman += spearman(scores.get(i), expected.get(i));
      shared += sharedTop(scores.get(i), expected.get(i));
    }
    return new Agreement(spearman / scores.size(), shared / scores.size());
  }

  private static double spearman(double[] left, double[] right) {
    double[] a = ranks(left);
    double[] b = ranks(right);
    double mean = (a.length - 1) / 2.0;
    double product = 0;
    double squaresLeft = 0;
    double squaresRight = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] - mean) * (b[i] - mean);
      squaresLeft += (a[i] - mean) * (a[i] - mean);
      squaresRight += (b[i] - mean) * (b[i] - mean);
    }
    return product / Math.sqrt(squaresLeft * squaresRight);
  }

  /** From 0, the lowest score first. Equal scores share the mean of their ranks. */
  private static double[] ranks(double[] scores) {
    int[] order = byScore(scores);
    double[] ranks = new double[scores.length];
    int first = 0;
    while (first < order.length) {
      int end = first;
      while (end < order.length && scores[order[end]] == scores[order[first]]) {
        end++;
      }
      for (int i = first; i < end; i++) {
        ranks[order[i]] = (first + end - 1) / 2.0;
      }
      first = end;
    }
    return ranks;
  }

  private static double sharedTop(double[] left, double[] right) {
    Set<Integer> best = top(left);
    int most = best.size();
    best.retainAll(top(right));
    return (double) best.size() / most;
  }

  private static Set<Integer> top(double[] scores) {
    int[] order = byScore(scores);
    return new HashSet<>(
        Arrays.stream(order, Math.max(0, order.length - TOP), order.length).boxed().toList());
  }

  private static int[] byScore(double[] scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> scores[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
