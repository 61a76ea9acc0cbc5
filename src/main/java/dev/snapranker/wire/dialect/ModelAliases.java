package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.ModelChoice;
import dev.snapranker.api.RerankException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Maps other services' model names to loaded models. The setting is a list of entries with commas
 * between them: {@code NAME} for any loaded model, or {@code NAME=ID}. {@code *} in a name stands
 * for any characters. The first name that matches is used.
 */
public record ModelAliases(List<Alias> aliases) {
  /** Matches such names of Cohere, Jina and gte, bge-reranker-v2-m3, and mmarco-mMiniLMv2. */
  private static final Pattern MULTILINGUAL =
      Pattern.compile("multilingual|-m3$|mmarco", Pattern.CASE_INSENSITIVE);

  public ModelAliases {
    aliases = List.copyOf(aliases);
  }

  public static ModelAliases parse(String setting) {
    return new ModelAliases(
        Arrays.stream(setting.split(",", -1))
            .filter(entry -> !entry.isBlank())
            .map(entry -> Alias.parse(entry.strip()))
            .toList());
  }

  /** Refuses an alias for a model that is not loaded. */
  public void requireLoaded(List<String> loaded) {
    for (Alias alias : aliases) {
      if (alias.id != null && !loaded.contains(alias.id)) {
        throw new IllegalArgumentException(
            "model alias '%s' names the model '%s', which is not loaded; expected '%s'"
                .formatted(alias.name, alias.id, String.join("' or '", loaded)));
      }
    }
  }

  /** The advice for a caller whose model was not found, as a sentence. */
  static String advice(RerankException notFound) {
    String advice = notFound.advice();
    return advice.substring(0, 1).toUpperCase(Locale.ROOT)
        + advice.substring(1)
        + "; the setting MODEL_ALIASES can map other names to a loaded model.";
  }

  /** The beginning of the caller's name. It is short, to leave room for the advice after it. */
  static String excerpt(JsonNode name) {
    return Excerpt.of(name.asText(), 100);
  }

  /**
   * The model that a caller asks for. A name such as {@code rerank-v3.5} does not count as
   * multilingual: the model reads many languages, but its users may rank only English.
   */
  ModelChoice choice(@Nullable String name) {
    if (name == null) {
      return ModelChoice.ANY;
    }
    return new ModelChoice(idOf(name), MULTILINGUAL.matcher(name).find() ? name : null);
  }

  private @Nullable String idOf(String name) {
    for (Alias alias : aliases) {
      if (alias.fits(name)) {
        return alias.id;
      }
    }
    return name;
  }

  /**
   * One entry of the setting.
   *
   * @param name the callers' name, with {@code *} for any characters
   * @param id the model's id; null for any loaded model
   */
  public record Alias(String name, @Nullable String id) {
    private static Alias parse(String entry) {
      int equals = entry.indexOf('=');
      String name = (equals < 0 ? entry : entry.substring(0, equals)).strip();
      String id = equals < 0 ? null : entry.substring(equals + 1).strip();
      if (name.isEmpty() || (id != null && id.isEmpty())) {
        throw new IllegalArgumentException(
            "'%s' is not a model alias; expected NAME or NAME=ID".formatted(entry));
      }
      return new Alias(name, id);
    }

    /**
     * Whether the name matches. Looks for each part between stars at its first position after the
     * part before it; the last part must be at the end.
     */
    private boolean fits(String asked) {
      String[] parts = name.split("\\*", -1);
      if (parts.length == 1) {
        return asked.equals(name);
      }
      String last = parts[parts.length - 1];
      int end = asked.length() - last.length();
      if (!asked.startsWith(parts[0]) || !asked.endsWith(last)) {
        return false;
      }
      int from = parts[0].length();
      for (int i = 1; i < parts.length - 1; i++) {
        int found = asked.indexOf(parts[i], from);
        if (found < 0) {
          return false;
        }
        from = found + parts[i].length();
      }
      return from <= end;
    }
  }
}
