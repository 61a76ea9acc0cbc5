package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import java.io.IOException;
import java.util.Map;

/**
 * How one service's clients ask, and how they are answered. A dialect only translates: it adds
 * nothing to ranking, and what it has no counterpart for is refused by name, not dropped.
 */
interface Dialect {

  /** What is asked. Failures may name fields as {@code api} does or as the dialect does. */
  RerankRequest read(JsonNode posted);

  /** Writes the reply's body. */
  void reply(JsonGenerator out, Answer answer) throws IOException;

  /** What the reply's headers hold beside its type. */
  default Map<String, String> headers(Answer answer) {
    return Map.of();
  }

  /**
   * The failure with the service's own status, body and wording.
   *
   * @param posted the request's JSON; a missing node if it could not be read
   */
  HttpReply error(RerankException e, JsonNode posted);
}
