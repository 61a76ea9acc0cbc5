package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Json;
import java.io.IOException;

/** Writes the native error body: {@code {error: {code, message, field?}}}. */
public final class ErrorJson {
  /** Bounds the message, because it may quote the caller's text. */
  private static final int MAX_CHARS = 400;

  private ErrorJson() {}

  /** The error as an HTTP reply. */
  static HttpReply reply(RerankException e) {
    return HttpReply.json(e.reason().status(), Json.write(out -> write(out, e)));
  }

  /** Writes the error of one entry of a batch. */
  static void write(JsonGenerator out, RerankException e) throws IOException {
    out.writeStartObject();
    error(out, e);
    out.writeEndObject();
  }

  /** The error as the reply to a direct invoke, with the status in the body. */
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
      out.writeStringField("field", shortened(e.field().toString()));
    }
    out.writeEndObject();
  }

  /** The advice in brackets, to follow a service's own words; an empty text without advice. */
  static String inBrackets(String advice) {
    return advice.isEmpty() ? "" : " (" + advice + ")";
  }

  static String shortened(String text) {
    return Excerpt.of(text, MAX_CHARS);
  }
}
