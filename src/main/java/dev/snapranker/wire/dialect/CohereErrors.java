package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cohere's statuses and the words that its clients match on; Jina's clients get the same. */
final class CohereErrors {
  private static final Pattern DOCUMENT = Pattern.compile("documents\\[(\\d+)].*");

  private CohereErrors() {}

  static int status(Reason reason) {
    return switch (reason) {
      case MALFORMED_JSON,
          INVALID_ENCODING,
          UNKNOWN_FIELD,
          MISSING_FIELD,
          WRONG_TYPE,
          EMPTY,
          OUT_OF_RANGE,
          DUPLICATE_ID ->
          400;
      case TIMED_OUT -> 504;
      case ROUTE_NOT_FOUND,
          MODEL_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          OVERLOADED,
          INTERNAL,
          OUT_OF_MEMORY ->
          reason.status();
    };
  }

  static String message(RerankException failure, JsonNode posted) {
    RerankException e = failure.renamed(field -> Documents.rename(field, "documents", "top_n"));
    String field = Objects.requireNonNullElse(e.field(), "");
    return ErrorJson.shortened(
        switch (e.reason()) {
          case MODEL_NOT_FOUND ->
              "model '%s' not found, make sure the correct model ID was used and that you have access to the model."
                  .formatted(Excerpt.of(posted.path("model").asText()));
          case EMPTY, MISSING_FIELD -> empty(field, e);
          case ROUTE_NOT_FOUND,
              METHOD_NOT_ALLOWED,
              PAYLOAD_TOO_LARGE,
              RESPONSE_TOO_LARGE,
              UNSUPPORTED_MEDIA_TYPE,
              OVERLOADED,
              INTERNAL,
              TIMED_OUT,
              OUT_OF_MEMORY ->
              e.explanation();
          case MALFORMED_JSON,
              INVALID_ENCODING,
              UNKNOWN_FIELD,
              WRONG_TYPE,
              OUT_OF_RANGE,
              DUPLICATE_ID ->
              invalid(e.explanation());
        });
  }

  /** Cohere treats an absent field as an empty one. */
  private static String empty(String field, RerankException e) {
    Matcher document = DOCUMENT.matcher(field);
    if (document.matches() && e.reason() == Reason.EMPTY) {
      return invalid("document at index " + document.group(1) + " cannot be empty");
    }
    return switch (field) {
      case "model" -> "a model parameter is required for this endpoint.";
      case "documents" -> invalid("list of documents must not be empty");
      case "query" -> invalid("query must not be empty or be only whitespace");
      case "rank_fields" ->
          invalid(
              "rank_fields cannot be empty, it must either contain at least one field or be omitted");
      default -> invalid(e.explanation());
    };
  }

  private static String invalid(String problem) {
    return "invalid request: " + problem;
  }
}
