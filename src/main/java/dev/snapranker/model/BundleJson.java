package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads the JSON of a bundle: each field must be known, present and not null. */
final class BundleJson {
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT) // it would cut off the fraction
          // For null as a field's value, an array's entry or a map's value, unless a field allows
          // it.
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .build();

  private BundleJson() {}

  /**
   * Parses a file.
   *
   * @param file the file's name for messages
   */
  static JsonNode parse(String file, byte[] content) {
    try {
      return MAPPER.readTree(content);
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(file + " " + JsonProblem.malformed(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array in memory does not fail
    }
  }

  /**
   * Turns a parsed file into a value.
   *
   * @param file the file's name for messages
   */
  static <T> T convert(String file, JsonNode json, Class<T> type) {
    try {
      T value = json.isObject() ? MAPPER.treeToValue(json, type) : null;
      if (value == null) {
        throw new InvalidBundleException(
            "%s %s; expected an object".formatted(file, JsonProblem.describe(json)));
      }
      return value;
    } catch (JsonMappingException e) {
      throw new InvalidBundleException(file + ": " + JsonProblem.mismatch(json, e), e);
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(file + " " + JsonProblem.malformed(e), e);
    }
  }
}
