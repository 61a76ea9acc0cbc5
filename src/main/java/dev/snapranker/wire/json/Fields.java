package dev.snapranker.wire.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one JSON object. Each failure names the field by its path. */
public final class Fields {
  /** The names that other reranking services have for our fields. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "documents", "candidates",
          "texts", "candidates",
          "passages", "candidates",
          "top_n", "top_k",
          "return_documents", "return_text",
          "threshold", "min_score");

  private final JsonNode object;
  private final FieldPath path;

  private Fields(JsonNode object, FieldPath path) {
    this.object = object;
    this.path = path;
  }

  /** The fields of the whole request, none but the allowed ones. */
  public static Fields of(JsonNode request, List<String> allowed) {
    if (!request.isObject()) {
      throw new RerankException(
          Reason.WRONG_TYPE, "the request is %s; expected an object".formatted(describe(request)));
    }
    return of(request, FieldPath.REQUEST, allowed);
  }

  /**
   * The fields of an object within the request, none but the allowed ones.
   *
   * @param path where the object is
   * @param allowed the fields it may have
   */
  public static Fields of(JsonNode node, FieldPath path, List<String> allowed) {
    if (!node.isObject()) {
      throw wrongType(path, node, "an object");
    }
    Fields fields = new Fields(node, path);
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!allowed.contains(field.getKey())) {
        throw fields.unknown(Excerpt.of(field.getKey()), allowed);
      }
    }
    return fields;
  }

  /** The fields of an object that may have any. */
  public static Fields ofAny(JsonNode node, FieldPath path) {
    if (!node.isObject()) {
      throw wrongType(path, node, "an object");
    }
    return new Fields(node, path);
  }

  /** The field, null when it is absent or null. */
  public @Nullable JsonNode optional(String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** The field, which must be there. A null counts as absent. */
  public JsonNode required(String name, String type) {
    JsonNode value = optional(name);
    if (value == null) {
      throw new RerankException(
          Reason.MISSING_FIELD, path.field(name), "is missing; expected " + type);
    }
    return value;
  }

  /** A field that is an array. */
  public JsonNode array(String name, String type) {
    JsonNode value = required(name, type);
    if (!value.isArray()) {
      throw wrongType(path.field(name), value, type);
    }
    return value;
  }

  public String string(String name) {
    return string(required(name, "a string"), path.field(name));
  }

  public @Nullable String optionalString(String name) {
    JsonNode value = optional(name);
    return value == null ? null : string(value, path.field(name));
  }

  public @Nullable Double optionalNumber(String name) {
    JsonNode value = optional(name);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      throw wrongType(path.field(name), value, "a number");
    }
    return value.doubleValue();
  }

  public @Nullable Integer optionalInteger(String name) {
    JsonNode value = optional(name);
    if (value == null) {
      return null;
    }
    if (!isInteger(value)) {
      throw wrongType(path.field(name), value, "an integer");
    }
    if (!value.canConvertToInt()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          path.field(name),
          "is outside of %d..%d".formatted(Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
    return value.intValue();
  }

  /** JSON has no integers: 2.0 and 2e0 are 2. */
  private static boolean isInteger(JsonNode value) {
    return value.isNumber() && value.canConvertToExactIntegral();
  }

  public boolean flag(String name) {
    return flag(name, false);
  }

  public boolean flag(String name, boolean whenAbsent) {
    JsonNode value = optional(name);
    if (value == null) {
      return whenAbsent;
    }
    if (!value.isBoolean()) {
      throw wrongType(path.field(name), value, "true or false");
    }
    return value.booleanValue();
  }

  public static String string(JsonNode value, FieldPath path) {
    if (!value.isTextual()) {
      throw wrongType(path, value, "a string");
    }
    return value.textValue();
  }

  public static RerankException wrongType(FieldPath path, JsonNode got, String expected) {
    return new RerankException(
        Reason.WRONG_TYPE, path, "is %s; expected %s".formatted(describe(got), expected));
  }

  private static String describe(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case BOOLEAN -> node.asText();
      case NULL -> "null";
      case NUMBER -> node.isIntegralNumber() ? "an integer" : "a number with a fraction";
      case BINARY, MISSING, POJO -> node.getNodeType().name().toLowerCase(Locale.ROOT);
    };
  }

  /** A field that is itself an object with these fields. */
  public Fields object(String name, List<String> allowed) {
    return of(required(name, "an object"), path.field(name), allowed);
  }

  /** The failure of a field whose value is not allowed. */
  public RerankException refused(String name, String allowed) {
    JsonNode value = optional(name);
    String got =
        value != null && value.isTextual() ? "'" + Excerpt.of(value.textValue()) + "'" : "set";
    return new RerankException(
        Reason.OUT_OF_RANGE, path.field(name), "is %s; expected %s".formatted(got, allowed));
  }

  private RerankException unknown(String name, List<String> allowed) {
    String hint =
        similar(name, allowed)
            .map(meant -> "; did you mean '" + meant + "'?")
            .orElse("; expected " + String.join(", ", allowed));
    return new RerankException(
        Reason.UNKNOWN_FIELD, path.field(name), "is not a known field" + hint);
  }

  private static Optional<String> similar(String name, List<String> allowed) {
    String known = ELSEWHERE.get(name);
    if (known != null && allowed.contains(known)) {
      return Optional.of(known);
    }
    if (name.length() > 32) {
      return Optional.empty();
    }
    String plain = plain(name);
    return allowed.stream()
        .min(Comparator.comparingInt(candidate -> edits(plain, plain(candidate))))
        .filter(candidate -> edits(plain, plain(candidate)) <= Math.min(2, plain.length() / 2));
  }

  private static String plain(String name) {
    return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
  }

  /** Levenshtein's distance. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1]; // [b], distance of a's prefix to each of b's
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
