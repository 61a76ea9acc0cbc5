package dev.snapranker.api;

import java.util.List;

/**
 * The answer to a {@link RerankRequest}, best first.
 *
 * @param model the id of the model that scored
 * @param results what is left after {@code min_score} and {@code top_k}
 * @param usage the work for all candidates, including those not returned
 * @param tokenizeNanos the wall time of encoding
 * @param scoreNanos the wall time of scoring
 * @param warnings the warnings for the caller; the request's own come first
 */
public record Ranking(
    String model,
    List<RankedCandidate> results,
    Usage usage,
    long tokenizeNanos,
    long scoreNanos,
    List<String> warnings) {
  public Ranking {
    results = List.copyOf(results);
    warnings = List.copyOf(warnings);
  }
}
