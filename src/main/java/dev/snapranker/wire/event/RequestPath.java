package dev.snapranker.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The path of a request, without the stage or base path that the API adds.
 *
 * @param path the path with single slashes and without a trailing one
 * @param mayHaveBasePath whether the path may still begin with a base path that the event does not
 *     name
 */
record RequestPath(String path, boolean mayHaveBasePath) {
  /** Routes that match any path. */
  private static final Set<String> CATCH_ALL = Set.of("", "/", "/{proxy+}", "$default");

  /** A parameter in a route: {@code {name}}, or {@code {name+}} for the rest of the path. */
  private static final Pattern PARAMETER = Pattern.compile("\\{([^{}+]*)\\+?}");

  /** The path behind a load balancer: a rule for {@code /search/*} passes on the whole path. */
  static RequestPath behindLoadBalancer(String path) {
    return new RequestPath(plain(path), true);
  }

  /**
   * The path behind API Gateway or a Function URL. The path of a custom domain begins with its base
   * path, followed by the API's route with the parameters filled in.
   */
  static RequestPath behindApi(String rawPath, JsonNode event) {
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
        return new RequestPath(below, free);
      }
    }
    // The stage is in the path where it equals the context's path: a REST API strips it from the
    // path alone. A custom domain's path has no stage.
    boolean staged = ownDomain && context.path("path").asText(rawPath).equals(rawPath);
    return new RequestPath(
        staged ? withoutStage(path, context.path("stage").asText("$default")) : path,
        free || !ownDomain);
  }

  /** The route that matched, for example {@code /{proxy+}}; empty if the event names none. */
  private static String route(JsonNode event) {
    String key = event.path("routeKey").asText(""); // "POST /rerank", "$default"
    return event.path("resource").asText(key.substring(key.indexOf(' ') + 1));
  }

  /** The route with the parameters' values. Values are not searched for parameters themselves. */
  private static String filled(String route, JsonNode parameters) {
    Set<String> filled = new HashSet<>();
    return PARAMETER
        .matcher(route)
        .replaceAll(parameter -> {
          String name = parameter.group(1);
          String same = parameter.group();
          return Matcher.quoteReplacement(
              filled.add(name) ? parameters.path(name).asText(same) : same);
        });
  }

  private static String withoutStage(String path, String stage) {
    String prefix = "/" + stage;
    boolean staged = path.equals(prefix) || path.startsWith(prefix + "/");
    return staged ? plain(path.substring(prefix.length())) : path;
  }

  /** Some clients add "/v2/rerank" to a base URL that ends in "/". */
  private static String plain(String path) {
    String single = path.replaceAll("/{2,}", "/");
    String plain = single.endsWith("/") ? single.substring(0, single.length() - 1) : single;
    return plain.isEmpty() ? "/" : plain;
  }
}
