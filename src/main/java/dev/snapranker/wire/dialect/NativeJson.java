package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import java.util.List;

/** The native dialect: the format of {@code POST /rerank} and of direct invokes. */
final class NativeJson implements Dialect {
  private final NativeRequestJson requestJson;
  private final NativeReplyJson replyJson;
  private final Limits limits;

  NativeJson(NativeRequestJson requestJson, NativeReplyJson replyJson, Limits limits) {
    this.requestJson = requestJson;
    this.replyJson = replyJson;
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    return Dialect.one(requestJson.request(posted), limits);
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    return HttpReply.json(limits, out -> replyJson.write(out, posted, answer, timings));
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    return ErrorJson.reply(e);
  }
}
