package dev.snapranker.dev.eval;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * How well one way to rank did.
 *
 * @param name what reports call it
 * @param perQuery of each metric: [queries]
 */
record Evaluation(String name, Map<Metric, double[]> perQuery) {
  static Evaluation of(String name, TrecRun run, JudgedRun judged) {
    Map<Metric, double[]> perQuery = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      perQuery.put(metric, metric.perQuery(run, judged));
    }
    return new Evaluation(name, perQuery);
  }

  double[] of(Metric metric) {
    return Objects.requireNonNull(perQuery.get(metric));
  }

  double mean(Metric metric) {
    return RankingMetrics.mean(of(metric));
  }

  /** The mean's distance to another one's, and the p of it. */
  Gain over(Evaluation other, Metric metric) {
    return new Gain(
        mean(metric) - other.mean(metric), RandomisationTest.p(of(metric), other.of(metric)));
  }

  /**
   * A difference of means.
   *
   * @param p how often it is as large by chance
   */
  record Gain(double difference, double p) {}
}
