package dev.snapranker.wire.event;

import dev.snapranker.api.Limits;
import dev.snapranker.wire.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** An HTTP reply. Its body is JSON, or empty. */
public record HttpReply(int status, Map<String, String> headers, String body) {
  /** A success without a body. */
  public static final HttpReply EMPTY = new HttpReply(204, Map.of(), "");

  /** A reply with this JSON as its body. */
  public static HttpReply json(int status, String body) {
    return new HttpReply(status, Map.of("content-type", "application/json"), body);
  }

  /** A success. The body is refused at the first byte above the limit. */
  public static HttpReply json(Limits limits, Json.Content body) {
    return json(200, Json.write(limits, body));
  }

  /** The same reply with additional headers. */
  public HttpReply with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new HttpReply(status, all, body);
  }

  /** The status in words, after its number, because a load balancer sends both as they are. */
  String statusDescription() {
    String name =
        switch (status) {
          case 200 -> "OK";
          case 204 -> "No Content";
          case 400 -> "Bad Request";
          case 404 -> "Not Found";
          case 405 -> "Method Not Allowed";
          case 413 -> "Content Too Large";
          case 415 -> "Unsupported Media Type";
          case 422 -> "Unprocessable Content";
          case 424 -> "Failed Dependency";
          case 429 -> "Too Many Requests";
          case 500 -> "Internal Server Error";
          case 503 -> "Service Unavailable";
          default -> "Other"; // for a status that no dialect has yet
        };
    return status + " " + name;
  }
}
