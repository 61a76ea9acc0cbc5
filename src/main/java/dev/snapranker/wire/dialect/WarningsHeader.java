package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The header with the warnings of a reply. Each dialect's reply has it, because some replies have
 * no field for warnings. Its value is a JSON array of strings, in ASCII and of bounded length.
 */
public final class WarningsHeader {
  public static final String NAME = "x-snapranker-warnings";

  /** Proxies refuse long headers. */
  private static final int MAX_CHARS = 1_000;

  private static final int MAX_CHARS_EACH = 200;

  private static final JsonMapper ASCII =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private WarningsHeader() {}

  /** The header; an empty map without warnings. */
  public static Map<String, String> of(List<Outcome<Answer>> answers) {
    Set<String> warnings = new LinkedHashSet<>();
    for (Outcome<Answer> outcome : answers) {
      if (outcome instanceof Outcome.Done<Answer>(Answer answer)) {
        warnings.addAll(answer.ranking().warnings());
      }
    }
    return warnings.isEmpty() ? Map.of() : Map.of(NAME, value(warnings));
  }

  private static String value(Set<String> warnings) {
    List<String> strings = new ArrayList<>();
    int length = 0;
    int others = 0;
    for (String warning : warnings) {
      String string = json(Excerpt.of(warning, MAX_CHARS_EACH));
      if (length + string.length() <= MAX_CHARS) {
        strings.add(string);
        length += string.length() + 1;
      } else {
        others++;
      }
    }
    if (others > 0) {
      strings.add(json("there are %d more warnings".formatted(others)));
    }
    return "[" + String.join(",", strings) + "]";
  }

  /** A header must not contain control characters. JSON escapes all of them except DEL. */
  private static String json(String text) {
    try {
      return ASCII.writeValueAsString(text).replace("\u007f", "\\u007f");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a string can be written", e);
    }
  }
}
