package dev.snapranker.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request as API Gateway or a Function URL passed it on.
 *
 * @param method in upper case
 * @param path without the stage and without a trailing slash
 * @param headers by lower-case name
 * @param body as text, or as Base64
 * @param base64 whether the body is Base64
 */
public record HttpRequest(
    String method, String path, Map<String, String> headers, String body, boolean base64) {

  public @Nullable String header(String lowerCaseName) {
    return headers.get(lowerCaseName);
  }
}
