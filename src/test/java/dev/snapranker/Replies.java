package dev.snapranker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Compares a reply with a recorded one. */
public final class Replies {
  private static final Pattern SCORE = Pattern.compile(".*[._](score|logit|drop|relevanceScore)");

  private Replies() {}

  /**
   * Times and ids differ between calls, and scores may differ in the last digits on another CPU.
   */
  public static void assertSame(JsonNode shown, JsonNode actual) {
    assertSame(shown, actual, "");
  }

  private static void assertSame(JsonNode shown, JsonNode actual, String path) {
    assertThat(actual.getNodeType()).as(path).isEqualTo(shown.getNodeType());
    assertThat(actual.size()).as(path).isEqualTo(shown.size());
    if (shown.isObject()) {
      assertThat(names(actual)).as(path).isEqualTo(names(shown));
      shown
          .properties()
          .forEach(field ->
              assertSame(
                  field.getValue(), actual.path(field.getKey()), path + "." + field.getKey()));
    } else if (shown.isArray()) {
      for (int i = 0; i < shown.size(); i++) {
        assertSame(shown.get(i), actual.path(i), path + "[" + i + "]");
      }
    } else if (path.contains(".timings_ms.")) {
      assertThat(actual.asDouble()).as(path).isPositive();
    } else if (path.equals(".created")) {
      assertThat(actual.asLong()).as(path).isPositive();
    } else if (path.equals(".id")) {
      assertThat(actual.asText()).hasSameSizeAs(shown.asText());
    } else if (SCORE.matcher(path).matches()) {
      assertThat(Math.abs(actual.asDouble() - shown.asDouble())).as(path).isLessThan(0.25);
    } else {
      assertThat(actual).as(path).isEqualTo(shown);
    }
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
