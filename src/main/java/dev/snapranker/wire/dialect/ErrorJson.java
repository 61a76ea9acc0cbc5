package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.json.Json;
import java.io.IOException;

/** The error body: {@code {error: {code, message, field?}}}. */
public final class ErrorJson {
  /** A message may quote what the caller sent, which may be long. */
  private static final int MOST_CHARS = 400;

  private ErrorJson() {}

  /** Over HTTP, where the status travels beside the body. */
  public static String http(RerankException e) {
    return Json.write(out -> write(out, e));
  }

  /** In the place of one reply of several. */
  static void write(JsonGenerator out, RerankException e) throws IOException {
    out.writeStartObject();
    error(out, e);
    out.writeEndObject();
  }

  /** For a direct invoke, which has no other place for the status. */
  public static String direct(RerankException e) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeNumberField("statusCode", e.reason().status());
      error(out, e);
      out.writeEndObject();
    });
  }

  static void error(JsonGenerator out, RerankException e) throws IOException {
    out.writeObjectFieldStart("error");
    out.writeStringField("code", e.reason().code());
    out.writeStringField("message", shortened(e.explanation()));
    if (e.field() != null) {
      out.writeStringField("field", shortened(e.field()));
    }
    out.writeEndObject();
  }

  static String shortened(String text) {
    return Excerpt.of(text, MOST_CHARS);
  }
}
