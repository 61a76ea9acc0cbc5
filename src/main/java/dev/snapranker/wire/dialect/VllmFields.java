package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Instruction;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.wire.json.Fields;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The optional fields of vLLM's requests: how texts are cut, what a score is, and what the model is
 * told.
 */
final class VllmFields {
  private static final String PAIR = "truncate_prompt_tokens";
  private static final String SIDE = "truncation_side";
  private static final String QUERY = "max_tokens_per_query";
  static final String DOCUMENT = "max_tokens_per_doc";

  private static final List<String> TRUNCATION = List.of(PAIR, SIDE, QUERY, DOCUMENT);

  /** Before version 0.11, {@code use_activation} was called {@code activation}. */
  private static final List<String> ACTIVATION = List.of("use_activation", "activation");

  /** vLLM gives it to the chat template, and so to models whose template has a place for it. */
  private static final List<String> INSTRUCTION = List.of("instruction");

  /** Fields for vLLM's queue, cache and log. They have no effect on scores. */
  private static final List<String> WITHOUT_EFFECT =
      List.of("user", "priority", "request_id", "cache_salt", "padding");

  static final List<String> ALL =
      Stream.of(TRUNCATION, ACTIVATION, INSTRUCTION, WITHOUT_EFFECT).flatMap(List::stream).toList();

  private VllmFields() {}

  /** Whether a request has fields that no other service on Cohere's v2 path has. */
  static boolean arePresent(JsonNode posted) {
    return isOneText(posted)
        || Stream.of(TRUNCATION, ACTIVATION, INSTRUCTION)
            .flatMap(List::stream)
            .anyMatch(name -> !name.equals(DOCUMENT) && posted.hasNonNull(name));
  }

  /** Whether the documents are one string, which vLLM treats as a list of one. */
  static boolean isOneText(JsonNode posted) {
    return posted.path("documents").isTextual();
  }

  /** Whether the caller wants raw logits as scores. */
  static boolean rawScores(Fields fields) {
    return !fields.flag("use_activation", fields.flag("activation", true));
  }

  /** What the model is told; null for its own instruction. vLLM takes an empty text as none. */
  static @Nullable Instruction instruction(Fields fields) {
    String text = fields.optionalString("instruction");
    return text == null || text.isBlank() ? null : new Instruction(text, false);
  }

  /** How long texts are cut: as the request says, otherwise to the model's window. */
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
    Integer tokens = fields.optionalInteger(PAIR, -1);
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

  /** How many tokens of each document are read. */
  static int documentTokens(Fields fields) {
    return tokens(fields, DOCUMENT);
  }

  private static int tokens(Fields fields, String name) {
    Integer tokens = fields.optionalInteger(name, 0);
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

  /** Adds a warning for each limit that has no effect when a document is scored in chunks. */
  static void warnOfUnusedLimits(Fields fields) {
    for (String name : List.of(PAIR, SIDE, QUERY)) {
      if (fields.optional(name) != null) {
        fields.warn(name, "has no effect when documents are scored in chunks");
      }
    }
  }
}
