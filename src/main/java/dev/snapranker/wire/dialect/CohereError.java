package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;

/**
 * Cohere's status for each reason, and the wording that its clients match on. Jina's clients get
 * the same.
 */
record CohereError(int status, String message) {
  private static final FieldNames NAMES = FieldNames.of("query", "documents", "top_n");

  /** The failure with the field name of Cohere and Jina. */
  static RerankException named(RerankException failure) {
    return NAMES.in(failure);
  }

  static CohereError of(RerankException failure, JsonNode posted) {
    RerankException e = named(failure);
    String words = e.explanation();
    return switch (e.reason()) {
      case MODEL_NOT_FOUND ->
          error(
              e.reason().status(),
              "model '%s' not found, make sure the correct model ID was used and that you have access to the model. %s"
                  .formatted(ModelAliases.excerpt(posted.path("model")), ModelAliases.advice(e)));
      case UNKNOWN_FIELD ->
          error(
              422,
              "unknown field: parameter '%s' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/rerank (%s)"
                  .formatted(e.field(), e.advice()));
      case EMPTY, MISSING_FIELD -> error(400, empty(e)); // Cohere treats a missing field as empty
      case MALFORMED_JSON, INVALID_ENCODING, WRONG_TYPE, OUT_OF_RANGE, DUPLICATE_ID ->
          error(400, invalid(words));
      case TIMED_OUT -> error(504, words);
      case ROUTE_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          OVERLOADED,
          INTERNAL,
          OUT_OF_MEMORY ->
          error(e.reason().status(), words);
    };
  }

  private static CohereError error(int status, String message) {
    return new CohereError(status, ErrorJson.shortened(message));
  }

  private static String empty(RerankException e) {
    FieldPath field = e.field();
    if (field != null && e.reason() == Reason.EMPTY) {
      for (FieldPath.Step step : field.steps()) {
        if (step instanceof FieldPath.Index(int index)) {
          return invalid("document at index " + index + " cannot be empty");
        }
      }
    }
    String advice = ErrorJson.inBrackets(e.advice());
    return switch (String.valueOf(field)) {
      case "model" -> "a model parameter is required for this endpoint." + advice;
      case "documents" -> invalid("list of documents must not be empty" + advice);
      case "query" -> invalid("query must not be empty or be only whitespace" + advice);
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
