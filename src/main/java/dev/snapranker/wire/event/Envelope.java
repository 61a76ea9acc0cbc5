package dev.snapranker.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a service hands over an HTTP request, and how it takes the reply. */
public enum Envelope {
  /** HTTP APIs and Function URLs. */
  PAYLOAD_2("rawPath", "isBase64Encoded"),
  /** REST APIs, and HTTP APIs that ask for this format. */
  PAYLOAD_1("path", "isBase64Encoded"),
  ALB("path", "isBase64Encoded"),
  /** A target group with multi-value headers, which takes no others in the reply. */
  ALB_MULTI_VALUE("path", "isBase64Encoded"),
  LATTICE_1("raw_path", "is_base64_encoded"),
  LATTICE_2("path", "isBase64Encoded");

  private final String pathField;
  private final String base64Field;

  Envelope(String pathField, String base64Field) {
    this.pathField = pathField;
    this.base64Field = base64Field;
  }

  /** The envelope, told by what only it has; null if there is none. */
  static @Nullable Envelope of(JsonNode event) {
    if (event.has("methodArn") || event.has("routeArn")) {
      return null; // asks an authoriser about a request
    }
    JsonNode context = event.path("requestContext");
    if (context.path("http").isObject()) {
      return PAYLOAD_2;
    }
    if (context.isObject() && event.path("httpMethod").isTextual()) {
      if (context.path("elb").isObject()) {
        return event.path("multiValueHeaders").isObject() ? ALB_MULTI_VALUE : ALB;
      }
      return PAYLOAD_1;
    }
    if (!event.path("method").isTextual()) {
      return null;
    }
    if (event.path("raw_path").isTextual()) {
      return LATTICE_1;
    }
    boolean lattice = context.has("serviceArn") || context.has("targetGroupArn");
    return lattice && event.path("path").isTextual() ? LATTICE_2 : null;
  }

  boolean needsStatusDescription() {
    return switch (this) {
      case ALB, ALB_MULTI_VALUE, LATTICE_1, LATTICE_2 -> true;
      case PAYLOAD_1, PAYLOAD_2 -> false;
    };
  }

  boolean needsMultiValueHeaders() {
    return this == ALB_MULTI_VALUE;
  }

  Event.Http read(JsonNode event) {
    PostedPath path = path(event);
    HttpRequest request =
        new HttpRequest(
            method(event).toUpperCase(Locale.ROOT),
            path.path(),
            headers(event),
            event.path("body").asText(""),
            event.path(base64Field).asBoolean(false));
    return new Event.Http(request, this, path.belowUnknownBase());
  }

  private String method(JsonNode event) {
    return switch (this) {
      case PAYLOAD_2 -> event.path("requestContext").path("http").path("method").asText("");
      case PAYLOAD_1, ALB, ALB_MULTI_VALUE -> event.path("httpMethod").asText("");
      case LATTICE_1, LATTICE_2 -> event.path("method").asText("");
    };
  }

  private PostedPath path(JsonNode event) {
    String path = event.path(pathField).asText("/");
    return switch (this) {
      case PAYLOAD_2, PAYLOAD_1 -> PostedPath.behindApi(path, event);
      case ALB, ALB_MULTI_VALUE, LATTICE_1, LATTICE_2 -> PostedPath.behindLoadBalancer(path);
    };
  }

  /** By lower-case name; several values of one header are joined with commas, as HTTP allows. */
  private static Map<String, String> headers(JsonNode event) {
    Map<String, String> headers = new HashMap<>();
    addHeaders(event.path("headers"), headers);
    addHeaders(event.path("multiValueHeaders"), headers); // the others have only the last value
    return Collections.unmodifiableMap(headers); // Map.of has no answer to names of one hash value
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
}
