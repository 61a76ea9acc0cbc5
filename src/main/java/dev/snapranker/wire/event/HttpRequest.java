package dev.snapranker.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.json.StrictJson;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request, whatever event it came in.
 *
 * @param method the method in upper case
 * @param path the path without a stage, a base path or a trailing slash
 * @param headers the headers by lower-case name
 * @param body the body as text or as Base64
 * @param base64 whether the body is Base64
 */
public record HttpRequest(
    String method, String path, Map<String, String> headers, String body, boolean base64) {

  public @Nullable String header(String lowerCaseName) {
    return headers.get(lowerCaseName);
  }

  /** Parses the body. */
  public JsonNode json(StrictJson strictJson) {
    ContentType.requireJson(this);
    return base64 ? strictJson.parseBody(decoded()) : strictJson.parseBody(body);
  }

  private byte[] decoded() {
    try {
      return Base64.getDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw new RerankException(Reason.INVALID_ENCODING, "the body is not valid Base64");
    }
  }
}
