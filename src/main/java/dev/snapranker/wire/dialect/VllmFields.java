package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.wire.json.Fields;
import java.util.List;
import java.util.stream.Stream;

/** What vLLM's requests have beside their texts: how long texts are cut, and what a score is. */
final class VllmFields {
  private static final String PAIR = "truncate_prompt_tokens";
  private static final String SIDE = "truncation_side";
  private static final String QUERY = "max_tokens_per_query";
  static final String DOCUMENT = "max_tokens_per_doc";

  private static final List<String> TRUNCATION = List.of(PAIR, SIDE, QUERY, DOCUMENT);

  /** In versions before 0.11 {@code use_activation} was {@code activation}. */
  private static final List<String> ACTIVATION = List.of("use_activation", "activation");

  /** They place a request in vLLM's queue, cache and log, and have no effect on scores. */
  private static final List<String> WITHOUT_EFFECT =
      List.of("user", "priority", "request_id", "cache_salt", "padding");

  static final List<String> ALL =
      Stream.of(TRUNCATION, ACTIVATION, WITHOUT_EFFECT).flatMap(List::stream).toList();

  private VllmFields() {}

  /** Whether a request has what no other service on Cohere's v2 path has. */
  static boolean areIn(JsonNode posted) {
    return isOneText(posted)
        || Stream.of(TRUNCATION, ACTIVATION)
            .flatMap(List::stream)
            .anyMatch(name -> !name.equals(DOCUMENT) && posted.hasNonNull(name));
  }

  /** Whether the documents are one string, which vLLM takes for a list of one. */
  static boolean isOneText(JsonNode posted) {
    return posted.path("documents").isTextual();
  }

  /** Whether a score is the raw logit. */
  static boolean rawScores(Fields fields) {
    return !fields.flag("use_activation", fields.flag("activation", true));
  }

  /** How long texts are cut; to the model's window if the request does not say. */
  static LongText longText(Fields fields) {
    return new LongText.Cut(
        keepsEnd(fields),
        new TokenLimits(pairTokens(fields), queryTokens(fields), documentTokens(fields)));
  }

  private static boolean keepsEnd(Fields fields) {
    return switch (fields.optionalString(SIDE)) {
      case null -> false;
      case "right" -> false;
      case "left" -> true;
      default -> throw fields.refused(SIDE, "'left' or 'right'");
    };
  }

  private static int pairTokens(Fields fields) {
    Integer tokens = fields.optionalInteger(PAIR);
    if (tokens == null || tokens == -1) { // the model's window
      return TokenLimits.UNLIMITED;
    }
    if (tokens < 1) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          PAIR,
          "is %d; expected -1 for the model's window, or a number of tokens".formatted(tokens));
    }
    return tokens;
  }

  private static int queryTokens(Fields fields) {
    return tokens(fields, QUERY);
  }

  /** How much of each document is looked at. */
  static int documentTokens(Fields fields) {
    return tokens(fields, DOCUMENT);
  }

  private static int tokens(Fields fields, String name) {
    Integer tokens = fields.optionalInteger(name);
    if (tokens == null || tokens == 0) { // no limit
      return TokenLimits.UNLIMITED;
    }
    if (tokens < 0) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          name,
          "is %d; expected 0 for no limit, or a number of tokens".formatted(tokens));
    }
    return tokens;
  }

  /** Says of the limits that have no effect where a document's chunks are scored. */
  static void warnOfChunks(Fields fields) {
    for (String name : List.of(PAIR, SIDE, QUERY)) {
      if (fields.optional(name) != null) {
        fields.warn(name, "has no effect where documents are scored in chunks");
      }
    }
  }
}
