package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import java.util.List;
import java.util.function.Function;

/**
 * Several dialects on one path. The request's body decides which one is used.
 *
 * @param withoutBody the dialect for failures before the body is read
 * @param byBody chooses the dialect by the body
 */
record DialectByBody(Dialect withoutBody, Function<JsonNode, Dialect> byBody) implements Dialect {

  private Dialect of(JsonNode posted) {
    return posted.isMissingNode() ? withoutBody : byBody.apply(posted);
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    return of(posted).read(posted);
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    return of(posted).reply(posted, answers, timings);
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    return of(posted).error(e, posted);
  }
}
