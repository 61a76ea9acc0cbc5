package dev.snapranker.wire.event;

import dev.snapranker.wire.json.Json;
import java.util.Map;

/** Writes an HTTP request as a REST API hands it to Lambda, payload format 1.0. */
public final class Payload1Json {
  private Payload1Json() {}

  public static String write(HttpRequest request) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("resource", "/{proxy+}");
      out.writeStringField("path", request.path());
      out.writeStringField("httpMethod", request.method());
      out.writeObjectFieldStart("headers");
      for (Map.Entry<String, String> header : request.headers().entrySet()) {
        out.writeStringField(header.getKey(), header.getValue());
      }
      out.writeEndObject();
      out.writeObjectFieldStart("requestContext");
      out.writeStringField("httpMethod", request.method());
      out.writeStringField("path", request.path());
      out.writeStringField("stage", "live");
      out.writeEndObject();
      out.writeStringField("body", request.body());
      out.writeBooleanField("isBase64Encoded", request.base64());
      out.writeEndObject();
    });
  }
}
