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
 * Maps names of other services' models to loaded models. The setting is a list with commas: {@code
 * NAME} for any loaded model, or {@code NAME=ID}, where {@code *} in a name stands for any
 * characters. The first name that fits counts.
 */
public record ModelAliases(List<Alias> aliases) {
  /** Cohere's and Jina's names, gte's; bge-reranker-v2-m3; mmarco-mMiniLMv2. */
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

  /** Refuses an alias that leads to a model which is not loaded. */
  public void requireLoaded(List<String> loaded) {
    for (Alias alias : aliases) {
      if (alias.id != null && !loaded.contains(alias.id)) {
        throw new IllegalArgumentException(
            "model alias '%s' leads to '%s', which is not loaded; expected '%s'"
                .formatted(alias.name, alias.id, String.join("' or '", loaded)));
      }
    }
  }

  /** What a caller can do whose model's name leads nowhere, as a sentence. */
  static String advice(RerankException notFound) {
    String advice = notFound.advice();
    return advice.substring(0, 1).toUpperCase(Locale.ROOT)
        + advice.substring(1)
        + "; the setting MODEL_ALIASES lets it take other names, too.";
  }

  /** The beginning of the name that a caller sent: the advice after it is to be read, too. */
  static String excerpt(JsonNode name) {
    return Excerpt.of(name.asText(), 100);
  }

  /**
   * The model that a caller means. Names such as {@code rerank-v3.5} do not say that their models
   * read many languages: their users may well rank English only.
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
   * One name.
   *
   * @param name with {@code *} for any characters
   * @param id the model's id; null for whichever is loaded
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
     * Finds each part at its first place after the part before it, and the last part at the end.
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
