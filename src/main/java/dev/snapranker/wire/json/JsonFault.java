package dev.snapranker.wire.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.ContentReference;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Describes malformed JSON in Jackson's words. Some of Jackson's messages name its settings or its
 * source. For each of these, this class builds Jackson's message and a version without such names,
 * and replaces the first with the second.
 */
public final class JsonFault {
  private static final String PLUS =
      "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers to"
          + " have plus signs";
  private static final Pattern SETTING = Pattern.compile(", from `[\\w.()]+`\\)$");
  private static final Map<String, String> CONSTANT = constant();

  private JsonFault() {}

  private static Map<String, String> constant() {
    Map<String, String> plain = new HashMap<>();
    for (String token :
        new String[] {"NaN", "Infinity", "+Infinity", "-Infinity", "+INF", "-INF"}) {
      String words = "Non-standard token '" + token + "'";
      plain.put(words + ": enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow", words);
    }
    plain.put(
        PLUS + ": enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow", PLUS);
    return plain;
  }

  /** The description. It gives positions as line and column. */
  public static String of(JsonProcessingException e) {
    return of(e, PositionFormat.LINE_AND_COLUMN);
  }

  static String of(JsonProcessingException e, PositionFormat place) {
    String message = String.valueOf(e.getOriginalMessage());
    if (e instanceof StreamConstraintsException) { // its message has limits and no text
      return SETTING.matcher(message).replaceFirst(")");
    }
    Map<String, String> plain = new HashMap<>(CONSTANT);
    if (e.getProcessor() instanceof JsonParser parser) {
      JsonStreamContext open = parser.getParsingContext();
      JsonLocation start = open.startLocation(ContentReference.redacted());
      String container = open.typeDesc();
      for (String form :
          new String[] {
            "Unexpected end-of-input: expected close marker for %s (start marker at %s)",
            "Unexpected close marker '}': expected ']' (for %s starting at %s)",
            "Unexpected close marker ']': expected '}' (for %s starting at %s)"
          }) {
        plain.put(form.formatted(container, start), form.formatted(container, place.of(start)));
      }
    }
    return plain.getOrDefault(message, message);
  }

  /** How a position in the text is written. */
  enum PositionFormat {
    LINE_AND_COLUMN,
    /** For a text of one line; the caller adds the line's number. */
    COLUMN;

    String of(JsonLocation location) {
      String column = "column " + location.getColumnNr();
      return this == COLUMN && location.getLineNr() == 1
          ? column
          : "line %d, %s".formatted(location.getLineNr(), column);
    }
  }
}
