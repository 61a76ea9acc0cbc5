package dev.snapranker.wire.dialect;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;

/** A request and its ranking. */
public record Answer(RerankRequest request, Ranking ranking) {
  boolean returnsText() {
    return request.options().returnText();
  }

  Candidate candidate(Ranked result) {
    return request.candidates().get(result.index());
  }
}
