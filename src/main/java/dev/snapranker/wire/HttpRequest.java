package dev.snapranker.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request, whoever passed it on.
 *
 * @param method in upper case
 * @param path without a stage or base path, and without a trailing slash
 * @param headers by lower-case name
 * @param body as text, or as Base64
 * @param base64 whether the body is Base64
 */
public record HttpRequest(
    String method, String path, Map<String, String> headers, String body, boolean base64) {

  public @Nullable String header(String lowerCaseName) {
    return headers.get(lowerCaseName);
  }

  public HttpRequest withPath(String other) {
    return new HttpRequest(method, other, headers, body, base64);
  }
}
