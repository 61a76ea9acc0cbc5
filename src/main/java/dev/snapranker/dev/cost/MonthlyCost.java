package dev.snapranker.dev.cost;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a month costs with template.yaml's defaults, by what is charged: the function, the HTTP API,
 * and what watches both. Free tiers and volume discounts are left out.
 *
 * @param requests of the month, spread evenly
 * @param lambda what one of them takes
 */
record MonthlyCost(long requests, LambdaCost lambda) {
  /** {@code METRICS=few}. */
  static final int METRICS = 2;

  /** Each looks at one metric. */
  static final int ALARMS = 5;

  /**
   * The function's line has up to 800 bytes; Lambda's own three lines and the API's access line
   * have as many again, by their formats.
   */
  static final int LOG_BYTES = 2_000;

  /** Lambda traces the first request of each second and a twentieth of the others. */
  private static final double SECONDS = 30.4 * 24 * 3600;

  private static final double TRACED_SHARE = 0.05;

  /** In dollars, in the order of docs/cost.md. */
  Map<String, Double> items(Price gbSecond) {
    Map<String, Double> items = new LinkedHashMap<>();
    double millions = requests / 1e6;
    items.put("Lambda", millions * lambda.dollarsPerMillion(gbSecond));
    items.put("HTTP API", millions * Price.HTTP_API.dollars());
    items.put("logs", requests * (double) LOG_BYTES / 1e9 * Price.LOG_INGESTED.dollars());
    items.put("X-Ray, at most", traces() / 1e6 * Price.TRACE.dollars());
    items.put("metrics", METRICS * Price.METRIC.dollars());
    items.put("alarms", ALARMS * Price.ALARM.dollars());
    items.put("dashboard", Price.DASHBOARD.dollars());
    return items;
  }

  double total(Price gbSecond) {
    return items(gbSecond).values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Where no two requests fall into one second as long as that is possible. */
  private double traces() {
    double first = Math.min((double) requests, SECONDS);
    return first + TRACED_SHARE * (requests - first);
  }
}
