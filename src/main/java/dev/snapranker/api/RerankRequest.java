package dev.snapranker.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A query and the candidates to rank against it. Valid by construction. */
public record RerankRequest(String query, List<Candidate> candidates, Options options) {
  public RerankRequest {
    candidates = List.copyOf(candidates);
    if (query.isBlank()) {
      throw new RerankException(Reason.EMPTY, "query is blank; expected some text", "query");
    }
    if (candidates.isEmpty()) {
      throw new RerankException(
          Reason.EMPTY, "candidates is empty; expected at least one", "candidates");
    }
    Map<String, Integer> seen = HashMap.newHashMap(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      if (candidate.text().isBlank()) {
        String field = "candidates[" + i + "].text";
        throw new RerankException(Reason.EMPTY, field + " is blank; expected some text", field);
      }
      Double score = candidate.firstStageScore();
      if (score != null && !Double.isFinite(score)) {
        String field = "candidates[" + i + "].score";
        throw new RerankException(
            Reason.OUT_OF_RANGE, field + " is " + score + "; expected a finite number", field);
      }
      Integer first = seen.putIfAbsent(candidate.id(), i);
      if (first != null) {
        String field = "candidates[" + i + "].id";
        throw new RerankException(
            Reason.DUPLICATE_ID,
            "%s is the same as candidates[%d].id; expected unique ids (an id left out is the"
                    .formatted(field, first)
                + " index as a string)",
            field);
      }
    }
  }
}
