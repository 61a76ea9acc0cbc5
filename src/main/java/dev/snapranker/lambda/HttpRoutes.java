package dev.snapranker.lambda;

import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.wire.Dialects;
import dev.snapranker.wire.Exchange;
import dev.snapranker.wire.HttpReply;
import dev.snapranker.wire.HttpReplyJson;
import dev.snapranker.wire.HttpRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Method and path to an answer, and every failure to its status. */
final class HttpRoutes {
  private final RerankCall rerank;
  private final Dialects dialects;
  private final AboutRoutes about;
  private final Limits limits;
  private final @Nullable String corsAllowOrigin;

  HttpRoutes(RerankCall rerank, Dialects dialects, AboutRoutes about, Settings settings) {
    this.rerank = rerank;
    this.dialects = dialects;
    this.about = about;
    this.limits = settings.limits();
    this.corsAllowOrigin = settings.corsAllowOrigin();
  }

  /** The reply in the envelope that API Gateway unpacks. */
  String reply(HttpRequest request, Invocation invocation) {
    Exchange exchange = dialects.exchange(request);
    try {
      HttpReply reply = route(request, exchange, invocation).with(corsHeaders());
      return HttpReplyJson.write(reply, limits);
    } catch (RuntimeException e) {
      return HttpReplyJson.write(error(request, exchange, invocation.failed(e)));
    } catch (OutOfMemoryError | StackOverflowError e) {
      return HttpReplyJson.write(error(request, exchange, invocation.failed(e)));
    }
  }

  private HttpReply route(HttpRequest request, Exchange exchange, Invocation invocation) {
    String method = methodOf(request.path());
    invocation.routed(method == null ? "other" : request.path());
    if (method == null) {
      throw new RerankException(
          Reason.ROUTE_NOT_FOUND, "no such path; expected " + String.join(", ", routes()));
    }
    if (request.method().equals("OPTIONS") && corsAllowOrigin != null) {
      return preflight(method);
    }
    if (!request.method().equals(method)) {
      throw new RerankException(
          Reason.METHOD_NOT_ALLOWED, "%s takes only %s".formatted(request.path(), method));
    }
    return method.equals("POST")
        ? rerank.reply(exchange, invocation)
        : about.reply(request.path(), routes());
  }

  private @Nullable String methodOf(String path) {
    if (dialects.paths().contains(path)) {
      return "POST";
    }
    return about.paths().contains(path) ? "GET" : null;
  }

  private List<String> routes() {
    List<String> routes = new ArrayList<>();
    dialects.paths().forEach(path -> routes.add("POST " + path));
    about.paths().forEach(path -> routes.add("GET " + path));
    return routes;
  }

  private static HttpReply preflight(String method) {
    return new HttpReply(
        204,
        Map.of(
            "access-control-allow-methods",
            method,
            "access-control-allow-headers",
            // The last ones come with SigV4 and with API keys.
            "authorization, content-type, x-amz-date, x-amz-security-token, x-amz-content-sha256,"
                + " x-api-key",
            "access-control-max-age",
            "600"),
        "");
  }

  private HttpReply error(HttpRequest request, Exchange exchange, RerankException e) {
    Map<String, String> headers = corsHeaders();
    String method = methodOf(request.path());
    if (e.reason() == Reason.METHOD_NOT_ALLOWED && method != null) {
      headers.put("allow", method);
    }
    if (e.reason() == Reason.OVERLOADED || e.reason() == Reason.OUT_OF_MEMORY) {
      headers.put("retry-after", "1");
    }
    return exchange.error(e).with(headers);
  }

  private Map<String, String> corsHeaders() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (corsAllowOrigin != null) {
      headers.put("access-control-allow-origin", corsAllowOrigin);
      if (!corsAllowOrigin.equals("*")) {
        headers.put("vary", "origin");
      }
    }
    return headers;
  }
}
