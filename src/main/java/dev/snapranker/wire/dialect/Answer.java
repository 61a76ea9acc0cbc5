package dev.snapranker.wire.dialect;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;

/** A request with its ranking. */
public record Answer(RerankRequest request, Ranking ranking) {
  boolean returnsText() {
    return request.options().returnText();
  }

  Candidate candidate(RankedCandidate result) {
    return request.candidates().get(result.index());
  }
}
