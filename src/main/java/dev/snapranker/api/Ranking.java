package dev.snapranker.api;

import java.util.List;

/**
 * The answer to a {@link RerankRequest}, best first.
 *
 * @param model the id of the model that scored
 * @param results after {@code min_score} and {@code top_k}
 * @param usage of all candidates, also those not returned
 * @param tokenizeNanos wall time of encoding
 * @param scoreNanos wall time of scoring
 * @param warnings what a caller should know, in words; the request's own come first
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
