package dev.snapranker.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** Writes JSON into a string. */
public final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** json-smart reads longer numbers as BigDecimal ({@code JSONParserBase.extractFloat}, 2.5.2). */
  private static final int MAX_SCORE_CHARS = 18;

  private Json() {}

  public static String write(Content content) {
    StringWriter text = new StringWriter();
    try {
      write(text, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /**
   * Writes a reply, and refuses it at the first byte above the limit. This bounds the memory that a
   * reply can take.
   */
  public static String write(Limits limits, Content content) {
    BoundedText text = new BoundedText(limits.maxPayloadBytes());
    try {
      write(text, content);
    } catch (BoundedText.FullException e) {
      throw new RerankException(
          Reason.RESPONSE_TOO_LARGE,
          "the reply has more than %d bytes; ask for fewer results, or for none of their texts"
              .formatted(limits.maxPayloadBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(Writer text, Content content) throws IOException {
    try (JsonGenerator out = MAPPER.createGenerator(text)) {
      content.writeTo(out);
    }
  }

  /**
   * Writes a score as a number with a fraction and at most 18 characters, so that every JSON parser
   * reads a double. OpenSearch accepts only doubles, and its parser, json-smart, reads a longer
   * number as a BigDecimal and a number without a fraction as an Integer. Shortening keeps the
   * order of scores, but may make two scores equal.
   */
  public static void score(JsonGenerator out, String name, double score) throws IOException {
    out.writeNumberField(name, shortened(score));
  }

  private static double shortened(double score) {
    String text = Double.toString(score);
    int excess = text.length() - MAX_SCORE_CHARS;
    if (excess <= 0) {
      return score;
    }
    BigDecimal exact = new BigDecimal(text);
    return exact.setScale(exact.scale() - excess, RoundingMode.HALF_EVEN).doubleValue();
  }

  public static void strings(JsonGenerator out, String name, List<String> values)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (String value : values) {
      out.writeString(value);
    }
    out.writeEndArray();
  }

  /** Writes the content. */
  @FunctionalInterface
  public interface Content {
    void writeTo(JsonGenerator out) throws IOException;
  }
}
