package dev.snapranker.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.wire.json.Json;
import java.util.Map;

/** API Gateway's payload format 1.0: REST APIs, and HTTP APIs that are configured for it. */
public record Payload1() implements Envelope {

  @Override
  public boolean fits(JsonNode event) {
    JsonNode context = event.path("requestContext");
    return context.isObject()
        && !context.path("elb").isObject()
        && event.path("httpMethod").isTextual();
  }

  @Override
  public Event.Http read(JsonNode event) {
    return request(
        event,
        event.path("httpMethod"),
        RequestPath.behindApi(event.path("path").asText("/"), event),
        event.path("isBase64Encoded"));
  }

  /** Writes the event that a REST API would send for this request. */
  public static String event(HttpRequest request) {
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
