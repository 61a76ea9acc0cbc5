package dev.snapranker.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.boot.Settings;
import dev.snapranker.fanout.SliceHandler;
import dev.snapranker.wire.dialect.Answer;
import dev.snapranker.wire.dialect.Dialect;
import dev.snapranker.wire.dialect.Dialects;
import dev.snapranker.wire.dialect.ErrorJson;
import dev.snapranker.wire.dialect.Outcome;
import dev.snapranker.wire.dialect.ServiceJson;
import dev.snapranker.wire.dialect.WarningsHeader;
import dev.snapranker.wire.event.Event;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Turns an event into its reply: reads it, finds the route, ranks, and writes the reply. */
final class RerankCall {
  private final StrictJson strictJson;
  private final Dialects dialects;
  private final Routes routes;
  private final Cors cors;
  private final RequestRanker ranker;
  private final @Nullable SliceHandler slices;
  private final Limits limits;
  private final int maxConcurrentRequests;
  private final Semaphore permits;

  /**
   * @param slices answers slices of other environments; null if this function does not fan out
   */
  RerankCall(
      Dialects dialects,
      About about,
      RequestRanker ranker,
      @Nullable SliceHandler slices,
      Settings settings) {
    this.strictJson = new StrictJson(settings.limits());
    this.dialects = dialects;
    this.routes = new Routes(dialects, about);
    this.cors = new Cors(settings.corsAllowOrigin());
    this.ranker = ranker;
    this.slices = slices;
    this.limits = settings.limits();
    this.maxConcurrentRequests = settings.maxConcurrentRequests();
    this.permits = new Semaphore(maxConcurrentRequests);
  }

  /** The reply to an event; throws {@link WrongEventException} for another service's event. */
  String reply(byte[] bytes, Invocation invocation) {
    try {
      return switch (Event.read(bytes, strictJson)) {
        case Event.Http http -> reply(http, invocation);
        case Event.Direct(JsonNode json) -> rerank(json, dialects.direct(), invocation).body();
        case Event.Slice(JsonNode json) ->
            slices == null
                ? rerank(json, dialects.direct(), invocation).body() // no known request
                : score(json, slices, invocation);
        case Event.WarmUp _ -> {
          invocation.noteRoute("warm-up");
          yield ServiceJson.WARM;
        }
        case Event.Foreign foreign -> throw new WrongEventException(foreign);
      };
    } catch (WrongEventException e) {
      throw e; // the invocation fails
    } catch (RuntimeException e) {
      return ErrorJson.direct(invocation.noteFailure(e));
    }
  }

  /** The reply to an HTTP request, in the envelope that the request came in. */
  private String reply(Event.Http event, Invocation invocation) {
    HttpRequest request = event.request();
    Route route = routes.find(request.path(), event.mayHaveBasePath());
    Dialect dialect = routes.dialect(route, request);
    JsonNode json = MissingNode.getInstance();
    invocation.noteRoute(route instanceof Route.Served served ? served.path() : "other");
    try {
      HttpReply reply =
          switch (route) {
            case Route.Unknown _ -> throw routes.notFound();
            case Route.Served served when cors.isPreflight(request) ->
                cors.preflight(served.methods());
            case Route.Served served when !served.methods().contains(request.method()) ->
                throw served.methodNotAllowed();
            case Route.Info about -> about.reply().get();
            case Route.Rerank _ -> {
              json = request.json(strictJson);
              yield rerank(json, dialect, invocation);
            }
          };
      return event.envelope().write(headOf(request, reply.with(cors.headers())), limits);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      HttpReply error = error(invocation.noteFailure(e), route, dialect, json);
      return event.envelope().write(headOf(request, error));
    }
  }

  /** The reply to a slice. */
  private String score(JsonNode json, SliceHandler handler, Invocation invocation) {
    invocation.noteRoute("slice");
    acquirePermit();
    try {
      return handler.reply(json, invocation.deadline(0), invocation::log);
    } finally {
      permits.release();
    }
  }

  private void acquirePermit() {
    if (!permits.tryAcquire()) {
      throw new RerankException(
          Reason.OVERLOADED,
          "the limit of %d concurrent requests is reached; try again later"
              .formatted(maxConcurrentRequests));
    }
  }

  /** The reply to the JSON of a request. */
  private HttpReply rerank(JsonNode json, Dialect dialect, Invocation invocation) {
    List<Outcome<RerankRequest>> requests = dialect.read(json);
    acquirePermit();
    try {
      invocation.noteParsed();
      List<Outcome<Answer>> answers = ranker.rank(requests, invocation);
      return dialect
          .reply(json, answers, invocation.noteRankings(answers))
          .with(WarningsHeader.of(answers));
    } finally {
      permits.release();
    }
  }

  private HttpReply error(RerankException e, Route route, Dialect dialect, JsonNode json) {
    Map<String, String> headers = cors.headers();
    if (e.reason() == Reason.METHOD_NOT_ALLOWED && route instanceof Route.Served served) {
      headers.put("allow", String.join(", ", served.methods()));
    }
    if (e.reason() == Reason.OVERLOADED || e.reason() == Reason.OUT_OF_MEMORY) {
      headers.put("retry-after", "1");
    }
    return dialect.error(e, json).with(headers);
  }

  /** Removes the body from the reply to a HEAD request, and adds its length as a header. */
  private static HttpReply headOf(HttpRequest request, HttpReply reply) {
    if (!request.method().equals("HEAD")) {
      return reply;
    }
    int length = reply.body().getBytes(StandardCharsets.UTF_8).length;
    return new HttpReply(reply.status(), reply.headers(), "")
        .with(Map.of("content-length", Integer.toString(length)));
  }
}
