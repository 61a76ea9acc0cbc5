package dev.snapranker.wire;

import java.util.Map;

/** The envelope that API Gateway and Function URLs unpack, the same in payload 1.0 and 2.0. */
public final class HttpReplyJson {
  private HttpReplyJson() {}

  public static String write(HttpReply reply) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeNumberField("statusCode", reply.status());
      out.writeObjectFieldStart("headers");
      for (Map.Entry<String, String> header : reply.headers().entrySet()) {
        out.writeStringField(header.getKey(), header.getValue());
      }
      out.writeEndObject();
      out.writeStringField("body", reply.body());
      out.writeBooleanField("isBase64Encoded", false);
      out.writeEndObject();
    });
  }
}
