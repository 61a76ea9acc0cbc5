package dev.snapranker.wire.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import java.util.Locale;
import java.util.Set;

/** Which JSON values count as integers and booleans. */
public enum ValueTypes {
  /** Numbers, and {@code true} and {@code false}, alone. */
  STRICT,
  /**
   * Also what pydantic's lax mode takes, with which many services read their requests: {@code "3"}
   * and {@code "true"}, {@code "yes"}, {@code 1}.
   */
  LAX;

  /** An int's digits; a longer number is refused as text. */
  private static final String INTEGER = "[+-]?\\d{1,10}";

  private static final Set<String> TRUE = Set.of("true", "t", "yes", "y", "on", "1", "1.0");
  private static final Set<String> FALSE = Set.of("false", "f", "no", "n", "off", "0", "0.0");

  /** The number that a value means; any other value as it is. */
  JsonNode number(JsonNode value) {
    if (this == STRICT || !value.isTextual()) {
      return value;
    }
    String text = value.textValue().strip();
    return text.matches(INTEGER) ? LongNode.valueOf(Long.parseLong(text)) : value;
  }

  /** The boolean that a value means; any other value as it is. */
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
