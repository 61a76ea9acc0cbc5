package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Json;
import java.util.List;
import java.util.function.Supplier;

/**
 * One request and its reply, in one dialect. Which dialect may depend on the body, so until {@link
 * #read} the path alone decides it. Used once, by one thread.
 */
public final class Exchange {
  private final Supplier<JsonNode> body;
  private final DialectChoice choice;
  private final BatchJson batch;
  private final Limits limits;
  private Dialect dialect;
  private JsonNode posted = MissingNode.getInstance();

  Exchange(Supplier<JsonNode> body, DialectChoice choice, BatchJson batch, Limits limits) {
    this.body = body;
    this.choice = choice;
    this.batch = batch;
    this.limits = limits;
    this.dialect = choice.unread();
  }

  /** What is asked, or a {@link RerankException} for {@link #error}. */
  public Asked read() {
    posted = body.get();
    dialect = choice.of(posted);
    if (dialect instanceof NativeJson && posted.has(BatchJson.REQUESTS)) {
      return batch.read(posted);
    }
    RerankRequest request = dialect.read(posted);
    limits.check(request);
    return new Asked.One(request);
  }

  /** The reply; refused as soon as it is longer than a reply may be. */
  public HttpReply reply(RerankRequest request, Ranking ranking, Timings timings) {
    Answer answer = new Answer(posted, request, ranking, timings);
    return HttpReply.json(200, Json.write(limits, out -> dialect.reply(out, answer)))
        .with(dialect.headers(answer));
  }

  /**
   * The reply to several requests; refused as soon as it is longer than a reply may be.
   *
   * @param outcomes in the order of the requests
   */
  public HttpReply reply(List<Outcome> outcomes, Timings timings) {
    return HttpReply.json(
        200, Json.write(limits, out -> batch.reply(out, posted, outcomes, timings)));
  }

  public HttpReply error(RerankException e) {
    return dialect.error(e, posted);
  }
}
