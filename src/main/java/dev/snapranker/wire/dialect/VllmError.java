package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.snapranker.api.RerankException;
import java.io.IOException;

/** Writes the error object of vLLM and infinity: {@code {message, type, param, code}}. */
final class VllmError {
  private VllmError() {}

  /**
   * Writes the object as the field {@code error}.
   *
   * @param e the failure with the dialect's field name
   */
  static void write(JsonGenerator out, RerankException e, int status, String message)
      throws IOException {
    out.writeObjectFieldStart("error");
    out.writeStringField("message", message);
    out.writeStringField("type", type(e));
    if (e.field() == null) {
      out.writeNullField("param");
    } else {
      out.writeStringField("param", ErrorJson.shortened(e.field().toString()));
    }
    out.writeNumberField("code", status);
    out.writeEndObject();
  }

  private static String type(RerankException e) {
    return switch (e.reason()) {
      case MALFORMED_JSON,
          INVALID_ENCODING,
          UNKNOWN_FIELD,
          MISSING_FIELD,
          WRONG_TYPE,
          EMPTY,
          OUT_OF_RANGE,
          DUPLICATE_ID,
          UNSUPPORTED_MEDIA_TYPE,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE ->
          "BadRequestError";
      case MODEL_NOT_FOUND, ROUTE_NOT_FOUND -> "NotFoundError";
      case METHOD_NOT_ALLOWED -> "Method Not Allowed";
      case OVERLOADED -> "Too Many Requests";
      case TIMED_OUT, OUT_OF_MEMORY -> "Service Unavailable";
      case INTERNAL -> "InternalServerError";
    };
  }
}
