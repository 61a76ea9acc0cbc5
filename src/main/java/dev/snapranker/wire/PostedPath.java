package dev.snapranker.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/**
 * The path that a client called, without what its API put before it.
 *
 * @param path with single slashes and without a trailing one
 * @param belowUnknownBase whether a base path may still stand before it that nothing names
 */
record PostedPath(String path, boolean belowUnknownBase) {
  /** Routes of an API that pass on whatever path the client chose. */
  private static final Set<String> CATCH_ALL = Set.of("", "/", "/{proxy+}", "$default");

  /** A rule for {@code /search/*} passes the whole path on. */
  static PostedPath behindLoadBalancer(String path) {
    return new PostedPath(plain(path), true);
  }

  /**
   * Behind API Gateway or a Function URL. A custom domain's base path stays in the path; the API's
   * route and its parameters tell where it ends.
   */
  static PostedPath behindApi(String rawPath, JsonNode event) {
    JsonNode context = event.path("requestContext");
    String path = plain(rawPath);
    String route = route(event);
    JsonNode parameters = event.path("pathParameters");
    boolean ownDomain =
        context.path("domainPrefix").asText("").equals(context.path("apiId").asText(""));
    boolean free = !CATCH_ALL.contains(route);
    if (route.startsWith("/") && (!ownDomain || !parameters.isEmpty())) {
      String below = plain(filled(route, parameters));
      if (below.equals("/") || path.endsWith(below)) {
        return new PostedPath(below, free);
      }
    }
    // REST APIs leave the stage out of the path, and tell the whole path in their context.
    String whole = context.path("path").asText(rawPath);
    return new PostedPath(
        whole.equals(rawPath) ? withoutStage(path, context.path("stage").asText("$default")) : path,
        free || !ownDomain);
  }

  /** The route that matched, for example {@code /{proxy+}}; empty if the event names none. */
  private static String route(JsonNode event) {
    String key = event.path("routeKey").asText(""); // "POST /rerank", "$default"
    return event.path("resource").asText(key.substring(key.indexOf(' ') + 1));
  }

  /** The route with its parameters' values. */
  private static String filled(String route, JsonNode parameters) {
    String filled = route;
    for (Map.Entry<String, JsonNode> parameter : parameters.properties()) {
      String value = parameter.getValue().asText("");
      filled = filled.replace("{" + parameter.getKey() + "+}", value);
      filled = filled.replace("{" + parameter.getKey() + "}", value);
    }
    return filled;
  }

  private static String withoutStage(String path, String stage) {
    String prefix = "/" + stage;
    boolean staged = path.equals(prefix) || path.startsWith(prefix + "/");
    return staged ? plain(path.substring(prefix.length())) : path;
  }

  /** A client that adds "/v2/rerank" to a base URL ending in "/" means the same. */
  private static String plain(String path) {
    String single = path.replaceAll("/{2,}", "/");
    String plain = single.endsWith("/") ? single.substring(0, single.length() - 1) : single;
    return plain.isEmpty() ? "/" : plain;
  }
}
