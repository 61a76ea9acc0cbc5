package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * Which dialect a request is in.
 *
 * @param unread the dialect of failures before the body is read
 * @param byBody the dialect of a body that was read
 */
record DialectChoice(Dialect unread, Function<JsonNode, Dialect> byBody) {

  static DialectChoice always(Dialect dialect) {
    return new DialectChoice(dialect, _ -> dialect);
  }

  Dialect of(JsonNode posted) {
    return byBody.apply(posted);
  }
}
