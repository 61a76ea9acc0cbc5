package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import java.util.List;

/**
 * The request and reply format of one reranking service. A dialect only translates: it adds nothing
 * to ranking, and it refuses fields that have no counterpart here. It is stateless, so each method
 * gets the JSON that the caller posted.
 */
public interface Dialect {

  /**
   * Reads the requests: one, or each entry of a batch. An invalid request throws; an invalid entry
   * of a batch is one of the outcomes. Failures may use {@code api}'s field names or the dialect's.
   */
  List<Outcome<RerankRequest>> read(JsonNode posted);

  /** Checks the limits of a single request. */
  static List<Outcome<RerankRequest>> one(RerankRequest request, Limits limits) {
    limits.check(request);
    return List.of(new Outcome.Done<>(request));
  }

  /**
   * Writes the reply, and refuses it at the first byte above the limit.
   *
   * @param answers the outcomes in the order of the requests; a refused single request throws
   */
  HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings);

  /**
   * Writes a failure with the service's own status, body and wording.
   *
   * @param posted the request's JSON; a missing node if it could not be read
   */
  HttpReply error(RerankException e, JsonNode posted);
}
