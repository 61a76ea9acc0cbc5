package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with a bundle's JSON: where, what is there, and what is expected. */
final class JsonProblem {
  private JsonProblem() {}

  /** A predicate about a text that is not JSON. */
  static String malformed(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String place =
        at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    return "is not valid JSON%s; expected one complete JSON object and nothing else"
        .formatted(place);
  }

  /** A clause about JSON that does not fit the expected type. */
  static String mismatch(JsonNode root, JsonMappingException e) {
    List<JsonMappingException.Reference> path = e.getPath();
    if (e.getCause() instanceof IllegalArgumentException refused) { // from one of our records
      String where = path.isEmpty() ? "" : "at '%s': ".formatted(named(path));
      return where + refused.getMessage();
    }
    JsonNode node = nodeAt(root, path);
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "'%s' is not a known field; expected %s".formatted(named(path), knownFields(unknown));
      case InvalidTypeIdException id when node.isObject() -> typeProblem(named(path), node, id);
      case MismatchedInputException other -> valueProblem(path, node, other.getTargetType());
      case JsonMappingException other
          when other.getCause() instanceof InputCoercionException coercion ->
          valueProblem(path, node, coercion.getTargetType());
      case JsonMappingException _ -> valueProblem(path, node, null);
    };
  }

  private static String valueProblem(
      List<JsonMappingException.Reference> path, JsonNode node, @Nullable Class<?> expected) {
    return "'%s' %s; expected %s".formatted(named(path), describe(node), describe(expected));
  }

  private static String typeProblem(String path, JsonNode node, InvalidTypeIdException e) {
    Class<?> base = e.getBaseType().getRawClass();
    String field = Objects.requireNonNull(base.getAnnotation(JsonTypeInfo.class)).property();
    String names =
        Arrays.stream(Objects.requireNonNull(base.getAnnotation(JsonSubTypes.class)).value())
            .map(type -> "'" + type.name() + "'")
            .collect(Collectors.joining(" or "));
    return "'%s.%s' %s; expected %s".formatted(path, field, describe(node.path(field)), names);
  }

  private static String knownFields(UnrecognizedPropertyException e) {
    Collection<Object> known = Objects.requireNonNullElse(e.getKnownPropertyIds(), List.of());
    return known.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
  }

  /** A predicate about a value. */
  static String describe(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING -> "is missing";
      case ARRAY -> "is an array";
      case OBJECT -> "is an object";
      case STRING -> "is '" + node.asText() + "'";
      case NULL, NUMBER, BOOLEAN, BINARY, POJO -> "is " + node.asText();
    };
  }

  private static String describe(@Nullable Class<?> type) {
    if (type == null) {
      return "a value";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> BundleJson.MAPPER.convertValue(constant, String.class))
          .map(name -> "'" + name + "'")
          .collect(Collectors.joining(" or "));
    }
    if (type == int.class || type == long.class || type == Integer.class) {
      return type == long.class ? "an integer" : "an integer up to " + Integer.MAX_VALUE;
    }
    if (type == float.class || type == double.class || type == Double.class) {
      return "a number";
    }
    if (type == String.class) {
      return "a string";
    }
    return Collection.class.isAssignableFrom(type) ? "an array" : "an object";
  }

  /** The path as text, for example {@code golden[0].query}. */
  private static String named(List<JsonMappingException.Reference> path) {
    StringBuilder text = new StringBuilder();
    for (JsonMappingException.Reference step : path) {
      if (step.getFieldName() == null) {
        text.append('[').append(step.getIndex()).append(']');
      } else {
        text.append(text.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return text.toString();
  }

  private static JsonNode nodeAt(JsonNode root, List<JsonMappingException.Reference> path) {
    JsonNode node = root;
    for (JsonMappingException.Reference step : path) {
      node =
          step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
    }
    return node;
  }
}
