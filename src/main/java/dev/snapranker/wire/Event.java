package dev.snapranker.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What Lambda hands over: an HTTP request in an API's envelope, or the caller's JSON itself. */
public sealed interface Event {

  /** A direct invoke: the event is the request. */
  record Direct(JsonNode json) implements Event {}

  /** Behind API Gateway or a Function URL. */
  record Http(HttpRequest request) implements Event {}

  /** Tells the kinds apart by what only they have. */
  static Event read(byte[] event, StrictJson strictJson) {
    JsonNode json = strictJson.parse(event); // an envelope has no limit but Lambda's own
    JsonNode context = json.path("requestContext");
    if (context.path("http").isObject()) {
      return new Http(payload2(json, context));
    }
    if (context.isObject() && json.path("httpMethod").isTextual()) {
      return new Http(payload1(json));
    }
    strictJson.checkPayload(event.length);
    return new Direct(json);
  }

  /** Payload format 2.0: HTTP APIs and Function URLs. */
  private static HttpRequest payload2(JsonNode json, JsonNode context) {
    String stage = context.path("stage").asText("$default");
    String path = json.path("rawPath").asText("/");
    String prefix = "/" + stage;
    boolean staged = path.equals(prefix) || path.startsWith(prefix + "/");
    return request(
        json,
        context.path("http").path("method").asText(""),
        staged ? path.substring(prefix.length()) : path);
  }

  /** Payload format 1.0: REST APIs. */
  private static HttpRequest payload1(JsonNode json) {
    return request(json, json.path("httpMethod").asText(""), json.path("path").asText("/"));
  }

  private static HttpRequest request(JsonNode json, String method, String path) {
    Map<String, String> headers = new HashMap<>();
    for (Map.Entry<String, JsonNode> header : json.path("headers").properties()) {
      headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue().asText(""));
    }
    // A client that adds "/v2/rerank" to a base URL ending in "/" means the same.
    String single = path.replaceAll("/{2,}", "/");
    String plain = single.endsWith("/") ? single.substring(0, single.length() - 1) : single;
    return new HttpRequest(
        method.toUpperCase(Locale.ROOT),
        plain.isEmpty() ? "/" : plain,
        Map.copyOf(headers),
        json.path("body").asText(""),
        json.path("isBase64Encoded").asBoolean(false));
  }
}
