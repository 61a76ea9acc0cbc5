package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;

/**
 * All that a dialect needs to reply.
 *
 * @param posted the request's JSON, for what only travels along
 */
record Answer(JsonNode posted, RerankRequest request, Ranking ranking, Timings timings) {
  boolean returnsText() {
    return request.options().returnText();
  }

  Candidate candidate(Ranked result) {
    return request.candidates().get(result.index());
  }
}
