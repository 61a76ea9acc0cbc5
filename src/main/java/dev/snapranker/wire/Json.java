package dev.snapranker.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Limits;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;

/** Writes JSON into a string. */
final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  static String write(Content content) {
    StringWriter text = new StringWriter();
    write(content, text);
    return text.toString();
  }

  /** A reply, whose writing stops as soon as it is too large. */
  static String write(Limits limits, Content content) {
    ReplyWriter text = new ReplyWriter(limits.maxPayloadBytes());
    try {
      write(content, text);
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof ReplyWriter.FullException ? limits.replyTooLarge() : e;
    }
    return text.toString();
  }

  private static void write(Content content, Writer text) {
    try (JsonGenerator out = MAPPER.createGenerator(text)) {
      content.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void strings(JsonGenerator out, String name, List<String> values) throws IOException {
    out.writeArrayFieldStart(name);
    for (String value : values) {
      out.writeString(value);
    }
    out.writeEndArray();
  }

  /** What is written. */
  @FunctionalInterface
  interface Content {
    void writeTo(JsonGenerator out) throws IOException;
  }
}
