package dev.snapranker.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.snapranker.api.Limits;
import java.io.IOException;
import java.util.Map;

/** The envelope that API Gateway and Function URLs unpack, the same in payload 1.0 and 2.0. */
public final class HttpReplyJson {
  private HttpReplyJson() {}

  public static String write(HttpReply reply) {
    return Json.write(out -> write(out, reply));
  }

  /** The same, but refused as soon as it is longer than a reply may be. */
  public static String write(HttpReply reply, Limits limits) {
    return Json.write(limits, out -> write(out, reply));
  }

  private static void write(JsonGenerator out, HttpReply reply) throws IOException {
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
  }
}
