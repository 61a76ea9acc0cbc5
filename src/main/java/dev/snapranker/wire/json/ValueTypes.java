package dev.snapranker.wire.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import java.util.Locale;
import java.util.Set;

/** Which JSON values count as integers and booleans. */
public enum ValueTypes {
  /** Only JSON numbers, {@code true} and {@code false}. */
  STRICT,
  /**
   * Also the values that pydantic's lax mode accepts, because many services read their requests
   * with it: {@code "3"} as an integer, and {@code "true"}, {@code "yes"} and {@code 1} as a
   * boolean.
   */
  LAX;

  /** At most as many digits as an int has; a longer number stays a string and is refused. */
  private static final String INTEGER = "[+-]?\\d{1,10}";

  private static final Set<String> TRUE = Set.of("true", "t", "yes", "y", "on", "1", "1.0");
  private static final Set<String> FALSE = Set.of("false", "f", "no", "n", "off", "0", "0.0");

  /** The value as a number, if it can be read as one; otherwise unchanged. */
  JsonNode number(JsonNode value) {
    if (this == STRICT || !value.isTextual()) {
      return value;
    }
    String text = value.textValue().strip();
    return text.matches(INTEGER) ? LongNode.valueOf(Long.parseLong(text)) : value;
  }

  /** The value as a boolean, if it can be read as one; otherwise unchanged. */
  JsonNode flag(JsonNode value) {
    if (this == STRICT || value.isContainerNode()) {
      return value;
    }
    String text = value.asText().toLowerCase(Locale.ROOT);
    if (TRUE.contains(text)) {
      return BooleanNode.TRUE;
    }
    return FALSE.contains(text) ? BooleanNode.FALSE : value;
  }
}
