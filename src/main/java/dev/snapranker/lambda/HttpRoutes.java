package dev.snapranker.lambda;

import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.model.Manifest;
import dev.snapranker.wire.ErrorJson;
import dev.snapranker.wire.HttpReply;
import dev.snapranker.wire.HttpReplyJson;
import dev.snapranker.wire.HttpRequest;
import dev.snapranker.wire.ServiceJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Method and path to an answer, and every failure to its status. */
final class HttpRoutes {
  private static final String RERANK = "/rerank";
  private static final String HEALTH = "/health";
  private static final String INDEX = "/";

  private final RerankCall rerank;
  private final Manifest manifest;
  private final Limits limits;
  private final @Nullable String corsAllowOrigin;
  private final String version = Version.read();

  HttpRoutes(RerankCall rerank, Manifest manifest, Settings settings) {
    this.rerank = rerank;
    this.manifest = manifest;
    this.limits = settings.limits();
    this.corsAllowOrigin = settings.corsAllowOrigin();
  }

  /** The reply in the envelope that API Gateway unpacks. */
  String reply(HttpRequest request, Arrival arrival, Defects defects) {
    try {
      return limits.checkReply(HttpReplyJson.write(route(request, arrival)));
    } catch (RerankException e) {
      return HttpReplyJson.write(error(request, e));
    } catch (RuntimeException e) {
      return HttpReplyJson.write(error(request, defects.report(e)));
    }
  }

  private HttpReply route(HttpRequest request, Arrival arrival) {
    String method = methodOf(request.path());
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
    return switch (request.path()) {
      case RERANK -> {
        requireJson(request);
        yield json(200, rerank.reply(request, arrival));
      }
      case HEALTH -> json(200, ServiceJson.health(manifest.id(), manifest.revision()));
      default -> json(200, ServiceJson.index(version, routes()));
    };
  }

  private static @Nullable String methodOf(String path) {
    return switch (path) {
      case RERANK -> "POST";
      case HEALTH, INDEX -> "GET";
      default -> null;
    };
  }

  private static List<String> routes() {
    return List.of("POST " + RERANK, "GET " + HEALTH, "GET " + INDEX);
  }

  private static void requireJson(HttpRequest request) {
    String encoding = request.header("content-encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new RerankException(
          Reason.UNSUPPORTED_MEDIA_TYPE, "the body has a content-encoding; expected none");
    }
    String type = request.header("content-type");
    if (type == null) {
      return;
    }
    String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
    String media = parts[0].strip();
    boolean json =
        media.equals("application/json")
            || (media.startsWith("application/") && media.endsWith("+json"));
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      json &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
    }
    if (!json) {
      throw new RerankException(
          Reason.UNSUPPORTED_MEDIA_TYPE,
          "the body's content-type is not JSON in UTF-8; expected application/json");
    }
  }

  private HttpReply preflight(String method) {
    Map<String, String> headers = headers();
    headers.put("access-control-allow-methods", method);
    headers.put("access-control-allow-headers", "authorization, content-type");
    headers.put("access-control-max-age", "600");
    return new HttpReply(204, headers, "");
  }

  private HttpReply error(HttpRequest request, RerankException e) {
    HttpReply reply = json(e.reason().status(), ErrorJson.http(e));
    String method = methodOf(request.path());
    if (e.reason() == Reason.METHOD_NOT_ALLOWED && method != null) {
      reply.headers().put("allow", method);
    }
    if (e.reason() == Reason.OVERLOADED) {
      reply.headers().put("retry-after", "1");
    }
    return reply;
  }

  private HttpReply json(int status, String body) {
    Map<String, String> headers = headers();
    headers.put("content-type", "application/json");
    return new HttpReply(status, headers, body);
  }

  private Map<String, String> headers() {
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
