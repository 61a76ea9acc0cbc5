package dev.snapranker.wire.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one JSON object. Each failure names the field by its path. */
public final class Fields {
  /** How many unknown fields are compared with the name of a missing field. */
  private static final int MAX_TRIED = 64;

  private final JsonNode object;
  private final FieldPath path;
  private final List<String> known;
  private final UnknownFields unknown;
  private final ValueTypes types;
  private final FieldWarnings warnings;

  private Fields(
      JsonNode object,
      FieldPath path,
      List<String> known,
      UnknownFields unknown,
      ValueTypes types,
      FieldWarnings warnings) {
    this.object = object;
    this.path = path;
    this.known = known;
    this.unknown = unknown;
    this.types = types;
    this.warnings = warnings;
  }

  /** The fields of the whole request; others are refused. */
  public static Fields of(JsonNode request, List<String> known) {
    return of(request, known, UnknownFields.REFUSED, ValueTypes.STRICT);
  }

  /**
   * The fields of the whole request.
   *
   * @param unknown how unknown fields are handled, here and in nested objects
   * @param types which values count as integers and booleans, here and in nested objects
   */
  public static Fields of(
      JsonNode request, List<String> known, UnknownFields unknown, ValueTypes types) {
    if (!request.isObject()) {
      throw new RerankException(
          Reason.WRONG_TYPE, "the request is %s; expected an object".formatted(describe(request)));
    }
    Fields fields =
        new Fields(request, FieldPath.REQUEST, known, unknown, types, new FieldWarnings());
    fields.checkNames();
    return fields;
  }

  /**
   * The fields of an object within the request; others are refused.
   *
   * @param path where the object is
   */
  public static Fields of(JsonNode node, FieldPath path, List<String> known) {
    Fields fields = strict(node, path, known);
    fields.checkNames();
    return fields;
  }

  /** The fields of an object that may have fields of any name. */
  public static Fields ofAny(JsonNode node, FieldPath path) {
    return strict(node, path, List.of());
  }

  private static Fields strict(JsonNode node, FieldPath path, List<String> known) {
    if (!node.isObject()) {
      throw wrongType(path, node, "an object");
    }
    return new Fields(
        node, path, known, UnknownFields.REFUSED, ValueTypes.STRICT, new FieldWarnings());
  }

  /** The warnings about the fields: a bounded number of short texts. */
  public List<String> warnings() {
    return warnings.all();
  }

  /**
   * Adds a warning about a field.
   *
   * @param what a predicate, for example {@code has no effect here}; it quotes no value
   */
  public void warn(String name, String what) {
    warnings.add(path.field(name), () -> what);
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
      throw missing(name, type);
    }
    return value;
  }

  /**
   * The failure of a missing field. It names an unknown field with a similar name, if there is one.
   */
  public RerankException missing(String name, String type) {
    String problem = "is missing; expected " + type;
    return sentFor(name)
        .map(sent ->
            new RerankException(
                Reason.MISSING_FIELD,
                path.field(name),
                problem,
                "'%s' is not a known field here".formatted(sent)))
        .orElseGet(() -> new RerankException(Reason.MISSING_FIELD, path.field(name), problem));
  }

  /** An ignored field whose name is similar to this one. */
  private Optional<String> sentFor(String name) {
    return unknown == UnknownFields.REFUSED
        ? Optional.empty() // an unknown field was refused before
        : object.properties().stream()
            .limit(MAX_TRIED)
            .filter(field -> !field.getValue().isNull() && !known.contains(field.getKey()))
            .map(Map.Entry::getKey)
            .filter(sent -> meant(sent).filter(name::equals).isPresent())
            .findFirst();
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

  /**
   * An integer of {@code least} or more.
   *
   * @see #optionalInteger(String, int, int)
   */
  public @Nullable Integer optionalInteger(String name, int least) {
    return optionalInteger(name, least, Integer.MAX_VALUE);
  }

  /**
   * An integer. The bounds are those that a number without room in an int is told. Whoever takes
   * the value refuses the others outside them, because some have a meaning of their own.
   */
  public @Nullable Integer optionalInteger(String name, int least, int most) {
    JsonNode sent = optional(name);
    if (sent == null) {
      return null;
    }
    JsonNode value = types.number(sent);
    if (!isInteger(value)) {
      throw wrongType(path.field(name), sent, "an integer");
    }
    if (!value.canConvertToInt()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          path.field(name),
          "is out of range; expected %d..%d".formatted(least, most));
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
    JsonNode sent = optional(name);
    if (sent == null) {
      return whenAbsent;
    }
    JsonNode value = types.flag(sent);
    if (!value.isBoolean()) {
      throw wrongType(path.field(name), sent, "true or false");
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
  public Fields object(String name, List<String> known) {
    JsonNode value = required(name, "an object");
    if (!value.isObject()) {
      throw wrongType(path.field(name), value, "an object");
    }
    Fields fields = new Fields(value, path.field(name), known, unknown, types, warnings);
    fields.checkNames();
    return fields;
  }

  /** The failure of a field whose value is not allowed. */
  public RerankException refused(String name, String allowed) {
    JsonNode value = optional(name);
    String got =
        value != null && value.isTextual() ? "'" + Excerpt.of(value.textValue()) + "'" : "set";
    return new RerankException(
        Reason.OUT_OF_RANGE, path.field(name), "is %s; expected %s".formatted(got, allowed));
  }

  /** Refuses or ignores the fields that are not known here. */
  private void checkNames() {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String name = field.getKey();
      if (field.getValue().isNull() || known.contains(name)) {
        continue;
      }
      switch (unknown) {
        case REFUSED ->
            throw new RerankException(
                Reason.UNKNOWN_FIELD,
                path.field(Excerpt.of(name)),
                "is not a known field",
                hint(name).orElse("expected " + String.join(", ", known)));
        case IGNORED ->
            warnings.add(
                path.field(name),
                () ->
                    "is not a known field and was ignored"
                        + hint(name).map("; "::concat).orElse(""));
      }
    }
  }

  private Optional<String> hint(String name) {
    return meant(name).map("did you mean '%s'?"::formatted);
  }

  private Optional<String> meant(String name) {
    return SimilarName.of(name, known, field -> optional(field) != null);
  }
}
