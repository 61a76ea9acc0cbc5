package dev.snapranker.wire.event;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The format in which an AWS service passes an HTTP request to the function and expects the reply.
 * Each format is one type.
 */
public sealed interface Envelope
    permits Payload1, Payload2, Envelope.Alb, Envelope.Lattice1, Envelope.Lattice2 {
  /** The envelope of an event; null if the event is not an HTTP request. */
  static @Nullable Envelope of(JsonNode event) {
    if (event.has("methodArn") || event.has("routeArn")) {
      return null; // a question to an authoriser about a request
    }
    return Stream.of(
            new Payload2(),
            new Payload1(),
            new Alb(false),
            new Alb(true),
            new Lattice1(),
            new Lattice2())
        .filter(kind -> kind.fits(event))
        .findFirst()
        .orElse(null);
  }

  /** Whether an event has this format. */
  boolean fits(JsonNode event);

  Event.Http read(JsonNode event);

  /** Whether the reply must also give the status in words. */
  default boolean describesStatus() {
    return false;
  }

  /** Whether each header of the reply must be an array. */
  default boolean takesArrays() {
    return false;
  }

  /**
   * An Application Load Balancer.
   *
   * @param takesArrays whether the target group uses multi-value headers, and then only those
   */
  record Alb(boolean takesArrays) implements Envelope {
    @Override
    public boolean fits(JsonNode event) {
      return event.path("requestContext").path("elb").isObject()
          && event.path("httpMethod").isTextual()
          && event.path("multiValueHeaders").isObject() == takesArrays;
    }

    @Override
    public Event.Http read(JsonNode event) {
      return request(
          event,
          event.path("httpMethod"),
          RequestPath.behindLoadBalancer(event.path("path").asText("/")),
          event.path("isBase64Encoded"));
    }

    @Override
    public boolean describesStatus() {
      return true;
    }
  }

  /** VPC Lattice, event structure 1. */
  record Lattice1() implements Envelope {
    @Override
    public boolean fits(JsonNode event) {
      return event.path("method").isTextual() && event.path("raw_path").isTextual();
    }

    @Override
    public Event.Http read(JsonNode event) {
      return request(
          event,
          event.path("method"),
          RequestPath.behindLoadBalancer(event.path("raw_path").asText("/")),
          event.path("is_base64_encoded"));
    }

    @Override
    public boolean describesStatus() {
      return true;
    }
  }

  /** VPC Lattice, event structure 2. */
  record Lattice2() implements Envelope {
    @Override
    public boolean fits(JsonNode event) {
      JsonNode context = event.path("requestContext");
      return event.path("method").isTextual()
          && event.path("path").isTextual()
          && (context.has("serviceArn") || context.has("targetGroupArn"));
    }

    @Override
    public Event.Http read(JsonNode event) {
      return request(
          event,
          event.path("method"),
          RequestPath.behindLoadBalancer(event.path("path").asText("/")),
          event.path("isBase64Encoded"));
    }

    @Override
    public boolean describesStatus() {
      return true;
    }
  }

  /** Reads the request. Headers and body are in the same fields in all formats. */
  default Event.Http request(JsonNode event, JsonNode method, RequestPath path, JsonNode base64) {
    HttpRequest request =
        new HttpRequest(
            method.asText("").toUpperCase(Locale.ROOT),
            path.path(),
            headers(event),
            event.path("body").asText(""),
            base64.asBoolean(false));
    return new Event.Http(request, this, path.mayHaveBasePath());
  }

  /** The headers by lower-case name; several values of one header are joined with commas. */
  private static Map<String, String> headers(JsonNode event) {
    Map<String, String> headers = new HashMap<>();
    addHeaders(event.path("headers"), headers);
    addHeaders(
        event.path("multiValueHeaders"), headers); // "headers" has only the last value of each
    return Collections.unmodifiableMap(headers); // Map.copyOf is slow for names with equal hashes
  }

  private static void addHeaders(JsonNode posted, Map<String, String> headers) {
    for (Map.Entry<String, JsonNode> header : posted.properties()) {
      headers.put(header.getKey().toLowerCase(Locale.ROOT), value(header.getValue()));
    }
  }

  private static String value(JsonNode value) {
    if (!value.isArray()) {
      return value.asText("");
    }
    List<String> values = new ArrayList<>();
    value.forEach(each -> values.add(each.asText("")));
    return String.join(",", values);
  }

  /** Writes the reply of an error, which is short. */
  default String write(HttpReply reply) {
    return Json.write(out -> write(out, reply));
  }

  /** Writes a reply, and refuses it at the first byte above the limit. */
  default String write(HttpReply reply, Limits limits) {
    return Json.write(limits, out -> write(out, reply));
  }

  private void write(JsonGenerator out, HttpReply reply) throws IOException {
    out.writeStartObject();
    out.writeNumberField("statusCode", reply.status());
    if (describesStatus()) {
      out.writeStringField("statusDescription", reply.statusDescription());
    }
    out.writeObjectFieldStart(takesArrays() ? "multiValueHeaders" : "headers");
    for (Map.Entry<String, String> header : reply.headers().entrySet()) {
      out.writeFieldName(header.getKey());
      if (takesArrays()) {
        out.writeArray(new String[] {header.getValue()}, 0, 1);
      } else {
        out.writeString(header.getValue());
      }
    }
    out.writeEndObject();
    out.writeStringField("body", reply.body());
    out.writeBooleanField("isBase64Encoded", false);
    out.writeEndObject();
  }
}
