package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Json;
import java.io.IOException;

/** The error body: {@code {error: {code, message, field?}}}. */
public final class ErrorJson {
  /** A message may quote what the caller sent. */
  private static final int MAX_CHARS = 400;

  private ErrorJson() {}

  /** The reply over HTTP, where the status has its own place. */
  static HttpReply reply(RerankException e) {
    return HttpReply.json(e.reason().status(), Json.write(out -> write(out, e)));
  }

  /** The error of one entry of a batch. */
  static void write(JsonGenerator out, RerankException e) throws IOException {
    out.writeStartObject();
    error(out, e);
    out.writeEndObject();
  }

  /** The reply to a direct invoke, whose only place for the status is the body. */
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

  /** The advice of a failure, after a service's own words; nothing if there is none. */
  static String inBrackets(String advice) {
    return advice.isEmpty() ? "" : " (" + advice + ")";
  }

  static String shortened(String text) {
    return Excerpt.of(text, MAX_CHARS);
  }
}
