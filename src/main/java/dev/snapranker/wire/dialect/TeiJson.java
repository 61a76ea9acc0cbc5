package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import dev.snapranker.wire.json.UnknownFields;
import dev.snapranker.wire.json.ValueTypes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Text Embeddings Inference's rerank. The reply is an array, and its headers contain the times and
 * counts. Unknown fields are ignored.
 */
final class TeiJson implements Dialect {
  private static final String TOP_N = "top_n"; // Elasticsearch sends it; TEI does not know it

  private static final List<String> REQUEST =
      List.of(
          "query", "texts", "truncate", "truncation_direction", "raw_scores", "return_text", TOP_N);

  private static final FieldNames NAMES = FieldNames.of("query", "texts", TOP_N);

  private final Limits limits;

  TeiJson(Limits limits) {
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST, UnknownFields.IGNORED, ValueTypes.STRICT);
    return Dialect.one(
        new RerankRequest(
            fields.string("query"),
            Documents.candidates(fields, "texts", "an array of strings", limits, Fields::string),
            Options.DEFAULT
                .withTopK(fields.optionalInteger(TOP_N, 1))
                .withReturnText(fields.flag("return_text"))
                .withRawScores(fields.flag("raw_scores"))
                .withLongText(longText(fields))
                .withBlankTexts(BlankTexts.LAST),
            fields.warnings()),
        limits);
  }

  private static LongText longText(Fields fields) {
    String direction =
        Objects.requireNonNullElse(fields.optionalString("truncation_direction"), "right");
    boolean keepEnd =
        switch (direction) {
          case "left", "Left" -> true;
          case "right", "Right" -> false;
          default ->
              throw new RerankException(
                  Reason.OUT_OF_RANGE,
                  "truncation_direction",
                  "is '%s'; expected left or right".formatted(Excerpt.of(direction)));
        };
    return fields.flag("truncate", true) ? new LongText.Cut(keepEnd) : new LongText.Refuse();
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    return HttpReply.json(
            limits,
            out -> {
              out.writeStartArray();
              for (RankedCandidate result : answer.ranking().results()) {
                out.writeStartObject();
                out.writeNumberField("index", result.index());
                if (answer.returnsText()) {
                  out.writeStringField("text", answer.candidate(result).text());
                }
                Json.score(out, "score", result.score());
                out.writeEndObject();
              }
              out.writeEndArray();
            })
        .with(headers(answer, timings));
  }

  /** The headers. Times are whole milliseconds. The query's characters count once for each text. */
  private static Map<String, String> headers(Answer answer, Timings timings) {
    RerankRequest request = answer.request();
    Ranking ranking = answer.ranking();
    long characters = characters(request.query()) * request.candidates().size();
    for (Candidate candidate : request.candidates()) {
      characters += characters(candidate.text());
    }
    long totalNanos = timings.totalNanos();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("x-compute-type", "cpu");
    headers.put("x-compute-time", millis(totalNanos));
    headers.put("x-compute-characters", Long.toString(characters));
    headers.put("x-compute-tokens", Long.toString(ranking.usage().tokens()));
    headers.put("x-total-time", millis(totalNanos));
    headers.put("x-tokenization-time", millis(ranking.tokenizeNanos()));
    headers.put("x-queue-time", "0"); // requests wait outside of the function
    headers.put("x-inference-time", millis(ranking.scoreNanos()));
    return headers;
  }

  private static long characters(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String millis(long nanos) {
    return Long.toString(nanos / 1_000_000);
  }

  @Override
  public HttpReply error(RerankException failure, JsonNode posted) {
    RerankException e = NAMES.in(failure);
    Fault fault = Fault.of(e.reason());
    return HttpReply.json(
        fault.status,
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("error", ErrorJson.shortened(message(e)));
          out.writeStringField("error_type", fault.type);
          out.writeEndObject();
        }));
  }

  private static String message(RerankException e) {
    boolean empty = e.reason() == Reason.EMPTY || e.reason() == Reason.MISSING_FIELD;
    String field = String.valueOf(e.field());
    return empty && (field.equals("texts") || field.equals("query"))
        ? "`%s` cannot be empty%s".formatted(field, ErrorJson.inBrackets(e.advice()))
        : e.explanation();
  }

  /** TEI's error types with their statuses; where TEI has none, the native status. */
  private record Fault(String type, int status) {
    static Fault of(Reason reason) {
      return switch (reason) {
        case EMPTY -> new Fault("Empty", 400);
        case MALFORMED_JSON,
            INVALID_ENCODING,
            UNKNOWN_FIELD,
            MISSING_FIELD,
            WRONG_TYPE,
            MODEL_NOT_FOUND,
            OUT_OF_RANGE,
            DUPLICATE_ID ->
            new Fault("Validation", 422);
        case ROUTE_NOT_FOUND,
            METHOD_NOT_ALLOWED,
            PAYLOAD_TOO_LARGE,
            RESPONSE_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE ->
            new Fault("Validation", reason.status());
        case INTERNAL -> new Fault("Backend", 424);
        case OVERLOADED -> new Fault("Overloaded", 429);
        case TIMED_OUT, OUT_OF_MEMORY -> new Fault("Unhealthy", 503);
      };
    }
  }
}
