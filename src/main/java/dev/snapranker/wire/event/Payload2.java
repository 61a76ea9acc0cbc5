package dev.snapranker.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.wire.json.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** API Gateway's payload format 2.0: HTTP APIs and Function URLs. */
public record Payload2() implements Envelope {
  private static final DateTimeFormatter CLF_TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  @Override
  public boolean fits(JsonNode event) {
    return event.path("requestContext").path("http").isObject();
  }

  @Override
  public Event.Http read(JsonNode event) {
    return request(
        event,
        event.path("requestContext").path("http").path("method"),
        RequestPath.behindApi(event.path("rawPath").asText("/"), event),
        event.path("isBase64Encoded"));
  }

  /**
   * Writes the event that an HTTP API would send for this request.
   *
   * @param rawQuery the query string, empty for none
   * @param sourceIp the client's address
   */
  public static String event(HttpRequest request, String rawQuery, String sourceIp) {
    Instant now = Instant.now();
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("version", "2.0");
      out.writeStringField("routeKey", "$default");
      out.writeStringField("rawPath", request.path());
      out.writeStringField("rawQueryString", rawQuery);
      out.writeObjectFieldStart("headers");
      for (Map.Entry<String, String> header : request.headers().entrySet()) {
        out.writeStringField(header.getKey(), header.getValue());
      }
      out.writeEndObject();
      out.writeObjectFieldStart("requestContext");
      out.writeStringField("accountId", "anonymous");
      out.writeStringField("apiId", "local");
      out.writeStringField("domainName", request.headers().getOrDefault("host", "localhost"));
      out.writeStringField("domainPrefix", "local");
      out.writeObjectFieldStart("http");
      out.writeStringField("method", request.method());
      out.writeStringField("path", request.path());
      out.writeStringField("protocol", "HTTP/1.1");
      out.writeStringField("sourceIp", sourceIp);
      out.writeStringField("userAgent", request.headers().getOrDefault("user-agent", ""));
      out.writeEndObject();
      out.writeStringField("requestId", UUID.randomUUID().toString());
      out.writeStringField("routeKey", "$default");
      out.writeStringField("stage", "$default");
      out.writeStringField("time", CLF_TIME.format(now));
      out.writeNumberField("timeEpoch", now.toEpochMilli());
      out.writeEndObject();
      if (!request.body().isEmpty()) {
        out.writeStringField("body", request.body());
      }
      out.writeBooleanField("isBase64Encoded", request.base64());
      out.writeEndObject();
    });
  }
}
