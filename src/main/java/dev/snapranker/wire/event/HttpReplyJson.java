package dev.snapranker.wire.event;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.snapranker.api.Limits;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.Map;

/** Writes a reply into the envelope that the request's service unpacks. */
public final class HttpReplyJson {
  private HttpReplyJson() {}

  /** An error's reply, which is short. */
  public static String write(HttpReply reply, Envelope envelope) {
    return Json.write(out -> write(out, reply, envelope));
  }

  /** A reply, refused as soon as it is longer than a reply may be. */
  public static String write(HttpReply reply, Envelope envelope, Limits limits) {
    return Json.write(limits, out -> write(out, reply, envelope));
  }

  private static void write(JsonGenerator out, HttpReply reply, Envelope envelope)
      throws IOException {
    out.writeStartObject();
    out.writeNumberField("statusCode", reply.status());
    if (envelope.needsStatusDescription()) {
      out.writeStringField("statusDescription", description(reply.status()));
    }
    if (envelope.needsMultiValueHeaders()) {
      multiValueHeaders(out, reply.headers());
    } else {
      headers(out, reply.headers());
    }
    out.writeStringField("body", reply.body());
    out.writeBooleanField("isBase64Encoded", false);
    out.writeEndObject();
  }

  private static void headers(JsonGenerator out, Map<String, String> headers) throws IOException {
    out.writeObjectFieldStart("headers");
    for (Map.Entry<String, String> header : headers.entrySet()) {
      out.writeStringField(header.getKey(), header.getValue());
    }
    out.writeEndObject();
  }

  private static void multiValueHeaders(JsonGenerator out, Map<String, String> headers)
      throws IOException {
    out.writeObjectFieldStart("multiValueHeaders");
    for (Map.Entry<String, String> header : headers.entrySet()) {
      out.writeArrayFieldStart(header.getKey());
      out.writeString(header.getValue());
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  /** A load balancer sends it as it is, so it has the status before its name. */
  private static String description(int status) {
    String name =
        switch (status) {
          case 200 -> "OK";
          case 204 -> "No Content";
          case 400 -> "Bad Request";
          case 404 -> "Not Found";
          case 405 -> "Method Not Allowed";
          case 413 -> "Content Too Large";
          case 415 -> "Unsupported Media Type";
          case 422 -> "Unprocessable Content";
          case 424 -> "Failed Dependency";
          case 429 -> "Too Many Requests";
          case 500 -> "Internal Server Error";
          case 503 -> "Service Unavailable";
          default -> "Other"; // a status is a number, and any service may bring another
        };
    return status + " " + name;
  }
}
