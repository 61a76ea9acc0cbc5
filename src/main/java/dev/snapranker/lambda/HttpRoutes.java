package dev.snapranker.lambda;

import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.wire.dialect.Dialects;
import dev.snapranker.wire.dialect.Exchange;
import dev.snapranker.wire.event.Event;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.event.HttpReplyJson;
import dev.snapranker.wire.event.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Method and path to an answer, and every failure to its status. */
final class HttpRoutes {
  private static final List<String> POST = List.of("POST");
  private static final List<String> GET = List.of("GET", "HEAD");

  private final RerankCall rerank;
  private final Dialects dialects;
  private final AboutRoutes about;
  private final Limits limits;
  private final Cors cors;

  HttpRoutes(RerankCall rerank, Dialects dialects, AboutRoutes about, Settings settings) {
    this.rerank = rerank;
    this.dialects = dialects;
    this.about = about;
    this.limits = settings.limits();
    this.cors = new Cors(settings.corsAllowOrigin());
  }

  /** The reply in the envelope that the request came in. */
  String reply(Event.Http event, Invocation invocation) {
    HttpRequest request = event.belowUnknownBase() ? below(event.request()) : event.request();
    Exchange exchange = dialects.exchange(request);
    HttpReply reply;
    try {
      reply = headOf(request, route(request, exchange, invocation).with(cors.headers()));
      return HttpReplyJson.write(reply, event.envelope(), limits);
    } catch (RuntimeException e) {
      reply = headOf(request, error(request, exchange, invocation.failed(e)));
      return HttpReplyJson.write(reply, event.envelope());
    } catch (OutOfMemoryError | StackOverflowError e) {
      reply = headOf(request, error(request, exchange, invocation.failed(e)));
      return HttpReplyJson.write(reply, event.envelope());
    }
  }

  /** Where a base path may stand before the route, the longest route that the path ends with. */
  private HttpRequest below(HttpRequest request) {
    String route =
        Stream.concat(dialects.paths().stream(), about.paths().stream())
            .filter(path -> path.length() > 1 && request.path().endsWith(path))
            .max(Comparator.comparingInt(String::length))
            .orElse(request.path());
    return request.withPath(route);
  }

  /** A reply to HEAD says how long the body would be, and has none. */
  private static HttpReply headOf(HttpRequest request, HttpReply reply) {
    if (!request.method().equals("HEAD")) {
      return reply;
    }
    int length = reply.body().getBytes(StandardCharsets.UTF_8).length;
    return new HttpReply(reply.status(), reply.headers(), "")
        .with(Map.of("content-length", Integer.toString(length)));
  }

  private HttpReply route(HttpRequest request, Exchange exchange, Invocation invocation) {
    List<String> methods = methodsOf(request.path());
    invocation.routed(methods.isEmpty() ? "other" : request.path());
    if (methods.isEmpty()) {
      throw new RerankException(
          Reason.ROUTE_NOT_FOUND, "no such path; expected " + String.join(", ", routes()));
    }
    if (request.method().equals("OPTIONS") && cors.isOn()) {
      return cors.preflight(methods);
    }
    if (!methods.contains(request.method())) {
      throw new RerankException(
          Reason.METHOD_NOT_ALLOWED,
          "%s takes only %s".formatted(request.path(), String.join(" and ", methods)));
    }
    return methods.equals(POST)
        ? rerank.reply(exchange, invocation)
        : about.reply(request.path(), routes());
  }

  /** Empty where nothing is served. */
  private List<String> methodsOf(String path) {
    if (dialects.paths().contains(path)) {
      return POST;
    }
    return about.paths().contains(path) ? GET : List.of();
  }

  private List<String> routes() {
    List<String> routes = new ArrayList<>();
    dialects.paths().forEach(path -> routes.add("POST " + path));
    about.paths().forEach(path -> routes.add("GET " + path));
    return routes;
  }

  private HttpReply error(HttpRequest request, Exchange exchange, RerankException e) {
    Map<String, String> headers = cors.headers();
    if (e.reason() == Reason.METHOD_NOT_ALLOWED) {
      headers.put("allow", String.join(", ", methodsOf(request.path())));
    }
    if (e.reason() == Reason.OVERLOADED || e.reason() == Reason.OUT_OF_MEMORY) {
      headers.put("retry-after", "1");
    }
    return exchange.error(e).with(headers);
  }
}
