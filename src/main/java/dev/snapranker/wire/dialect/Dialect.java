package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import java.util.List;

/**
 * How one service's clients ask, and how they are answered. A dialect only translates: it adds
 * nothing to ranking, and it refuses by name what it has no counterpart for. It keeps nothing of a
 * request, so each method gets the JSON that was posted.
 */
public interface Dialect {

  /**
   * The requests: one, or each entry of a batch. A request that is wrong is thrown, an entry that
   * is wrong is one of the outcomes. Failures may name fields as {@code api} does or as the dialect
   * does.
   */
  List<Outcome<RerankRequest>> read(JsonNode posted);

  /** One request that is within the limits. */
  static List<Outcome<RerankRequest>> one(RerankRequest request, Limits limits) {
    limits.check(request);
    return List.of(new Outcome.Done<>(request));
  }

  /**
   * The reply. It is refused as soon as it is longer than a reply may be.
   *
   * @param answers in the order of the requests; a single one that failed is thrown
   */
  HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings);

  /**
   * The failure with the service's own status, body and wording.
   *
   * @param posted the request's JSON; a missing node if it could not be read
   */
  HttpReply error(RerankException e, JsonNode posted);
}
