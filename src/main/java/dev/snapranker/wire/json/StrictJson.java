package dev.snapranker.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads JSON strictly: valid UTF-8, no duplicate fields, bounded depth and size. */
public final class StrictJson {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final JsonMapper mapper;
  private final Limits limits;
  private final JsonFault.PositionFormat place;

  public StrictJson(Limits limits) {
    this(limits, JsonFault.PositionFormat.LINE_AND_COLUMN);
  }

  /** A reader of texts of one line each. Its messages give the position as a column. */
  public static StrictJson ofLines(Limits limits) {
    return new StrictJson(limits, JsonFault.PositionFormat.COLUMN);
  }

  private StrictJson(Limits limits, JsonFault.PositionFormat place) {
    this.limits = limits;
    this.place = place;
    this.mapper =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(new JsonBounds(limits.maxJsonDepth()))
                    // Jackson's table of names fails on many names with one hash value, and
                    // anyone can send such names. Java's own maps accept them.
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Metadata comes back unchanged: 1.10 stays 1.10.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
  }

  /** Parses JSON of any length. */
  public JsonNode parse(byte[] utf8) {
    return parse(decode(utf8));
  }

  /** Parses JSON of any length without calling {@link #requirePairedSurrogates}. */
  public JsonNode read(byte[] utf8) {
    return read(decode(utf8));
  }

  public void checkPayload(int bytes) {
    limits.checkPayload(bytes);
  }

  /** Parses a request's body, and refuses one that exceeds the limits. */
  public JsonNode parseBody(byte[] utf8) {
    checkPayload(utf8.length);
    return parse(utf8);
  }

  /** Parses a request's body, and refuses one that exceeds the limits. */
  public JsonNode parseBody(String text) {
    // A character takes at most three bytes, so most bodies need not be encoded to be measured.
    if (text.length() > limits.maxPayloadBytes() / 3) {
      checkPayload(text.getBytes(StandardCharsets.UTF_8).length);
    }
    return parse(text);
  }

  private JsonNode parse(String text) {
    JsonNode root = read(text);
    requirePairedSurrogates(root);
    return root;
  }

  private JsonNode read(String text) {
    String json = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    JsonNode root;
    try (JsonParser parser = mapper.createParser(json)) {
      root = read(parser);
    } catch (JsonProcessingException e) {
      throw new RerankException(
          Reason.MALFORMED_JSON,
          "malformed JSON%s: %s".formatted(at(e.getLocation()), JsonFault.of(e, place)));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A string in memory does not fail.
    }
    if (root == null) {
      throw new RerankException(Reason.MALFORMED_JSON, "the body is empty; expected a JSON object");
    }
    return root;
  }

  /** Parses the only value; null if the text is blank. */
  private @Nullable JsonNode read(JsonParser parser) throws IOException {
    try {
      JsonNode root = mapper.readTree(parser);
      if (root != null && parser.nextToken() != null) {
        throw new JsonParseException(
            parser,
            "expected one JSON value, but another one follows it",
            parser.currentTokenLocation());
      }
      return root;
    } catch (NumberFormatException e) { // BigDecimal throws it, and Jackson does not catch it
      throw new JsonParseException(
          parser, "the exponent of a number is out of range", parser.currentTokenLocation());
    }
  }

  private String at(@Nullable JsonLocation location) {
    return location == null ? "" : " at " + place.of(location);
  }

  private static String decode(byte[] utf8) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(utf8);
    CharBuffer out = CharBuffer.allocate(utf8.length); // never more characters than bytes
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new RerankException(Reason.INVALID_ENCODING, "invalid UTF-8 at byte " + in.position());
    }
    return out.flip().toString();
  }

  /** Refuses lone surrogates: they have no UTF-8 encoding, and no tokenizer accepts them. */
  public static void requirePairedSurrogates(JsonNode root) {
    LoneSurrogate lone = LoneSurrogate.in(root);
    if (lone != null) {
      throw new RerankException(
          Reason.INVALID_ENCODING,
          lone.path(),
          "has half of a surrogate pair at character %d; expected valid Unicode"
              .formatted(lone.at()));
    }
  }
}
