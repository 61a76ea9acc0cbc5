package dev.snapranker.wire.event;

import dev.snapranker.api.Limits;
import dev.snapranker.wire.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** What goes back over HTTP: the body is JSON, or empty. */
public record HttpReply(int status, Map<String, String> headers, String body) {

  /** An error, which is short, or text that is there already. */
  public static HttpReply json(int status, String body) {
    return new HttpReply(status, Map.of("content-type", "application/json"), body);
  }

  /** A success. It is refused as soon as it is longer than a reply may be. */
  public static HttpReply json(Limits limits, Json.Content body) {
    return json(200, Json.write(limits, body));
  }

  /** The same with more headers. */
  public HttpReply with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new HttpReply(status, all, body);
  }
}
