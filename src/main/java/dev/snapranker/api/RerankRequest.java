package dev.snapranker.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A query and the candidates to rank for it. A request is always valid, but its texts may be blank
 * or too long: {@link TextPolicy} and the options decide how these are handled.
 *
 * @param warnings the warnings about the request itself, for example about ignored fields
 */
public record RerankRequest(
    String query, List<Candidate> candidates, Options options, List<String> warnings) {
  public RerankRequest {
    candidates = List.copyOf(candidates);
    warnings = List.copyOf(warnings);
    if (query.isBlank()) {
      throw new RerankException(Reason.EMPTY, "query", "is blank; expected some text");
    }
    if (candidates.isEmpty()) {
      throw new RerankException(Reason.EMPTY, "candidates", "is empty; expected at least one");
    }
    Map<String, Integer> seen = HashMap.newHashMap(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      Double score = candidate.firstStageScore();
      if (score != null && !Double.isFinite(score)) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            FieldPath.candidate(i).field("score"),
            "is " + score + "; expected a finite number");
      }
      Integer first = seen.putIfAbsent(candidate.id(), i);
      if (first != null) {
        throw new RerankException(
            Reason.DUPLICATE_ID,
            FieldPath.candidate(i).field("id"),
            "is the same as candidates[%d].id; expected unique ids (the default id is the index as"
                    .formatted(first)
                + " a string)");
      }
    }
  }

  /** A request that was read without a warning. */
  public RerankRequest(String query, List<Candidate> candidates, Options options) {
    this(query, candidates, options, List.of());
  }
}
