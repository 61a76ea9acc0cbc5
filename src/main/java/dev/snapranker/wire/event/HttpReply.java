package dev.snapranker.wire.event;

import java.util.LinkedHashMap;
import java.util.Map;

/** What goes back over HTTP: the body is JSON, or empty. */
public record HttpReply(int status, Map<String, String> headers, String body) {

  public static HttpReply json(int status, String body) {
    return new HttpReply(status, Map.of("content-type", "application/json"), body);
  }

  /** The same with more headers. */
  public HttpReply with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new HttpReply(status, all, body);
  }
}
