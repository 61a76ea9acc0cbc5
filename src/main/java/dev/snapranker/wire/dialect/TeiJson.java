package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Text Embeddings Inference's rerank: a bare array, and figures in headers. */
final class TeiJson implements Dialect {
  private static final List<String> REQUEST =
      List.of("query", "texts", "truncate", "truncation_direction", "raw_scores", "return_text");

  private final Limits limits;

  TeiJson(Limits limits) {
    this.limits = limits;
  }

  @Override
  public RerankRequest read(JsonNode posted) {
    Fields fields = Fields.of(posted, "", REQUEST);
    return new RerankRequest(
        fields.string("query"),
        Documents.candidates(fields, "texts", "an array of strings", limits, Fields::string),
        Options.DEFAULT
            .withReturnText(fields.flag("return_text"))
            .withRawScores(fields.flag("raw_scores"))
            .withLongText(longText(fields)));
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
  public void reply(JsonGenerator out, Answer answer) throws IOException {
    out.writeStartArray();
    for (Ranked result : answer.ranking().results()) {
      out.writeStartObject();
      out.writeNumberField("index", result.index());
      if (answer.returnsText()) {
        out.writeStringField("text", answer.candidate(result).text());
      }
      out.writeNumberField("score", result.score());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Times in whole milliseconds; the query's characters count once for each text. */
  @Override
  public Map<String, String> headers(Answer answer) {
    RerankRequest request = answer.request();
    Ranking ranking = answer.ranking();
    long characters = characters(request.query()) * request.candidates().size();
    for (Candidate candidate : request.candidates()) {
      characters += characters(candidate.text());
    }
    long totalNanos = answer.timings().totalNanos();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("x-compute-type", "cpu");
    headers.put("x-compute-time", millis(totalNanos));
    headers.put("x-compute-characters", Long.toString(characters));
    headers.put("x-compute-tokens", Long.toString(ranking.usage().tokens()));
    headers.put("x-total-time", millis(totalNanos));
    headers.put("x-tokenization-time", millis(ranking.tokenizeNanos()));
    headers.put("x-queue-time", "0"); // what waits, waits outside of the function
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
  public HttpReply error(RerankException e, JsonNode posted) {
    Fault fault = Fault.of(e.reason());
    return HttpReply.json(
        status(e.reason()),
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("error", ErrorJson.shortened(message(e)));
          out.writeStringField("error_type", fault.wireName());
          out.writeEndObject();
        }));
  }

  /** The type's status; where TEI has none, HTTP's own. */
  private static int status(Reason reason) {
    return switch (reason) {
      case ROUTE_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE ->
          reason.status();
      case MALFORMED_JSON,
          INVALID_ENCODING,
          UNKNOWN_FIELD,
          MISSING_FIELD,
          WRONG_TYPE,
          MODEL_NOT_FOUND,
          EMPTY,
          OUT_OF_RANGE,
          DUPLICATE_ID,
          OVERLOADED,
          INTERNAL,
          TIMED_OUT,
          OUT_OF_MEMORY ->
          Fault.of(reason).status;
    };
  }

  private static String message(RerankException e) {
    boolean empty = e.reason() == Reason.EMPTY || e.reason() == Reason.MISSING_FIELD;
    RerankException named = e.renamed(field -> Documents.rename(field, "texts", "top_k"));
    return empty && ("texts".equals(named.field()) || "query".equals(named.field()))
        ? "`%s` cannot be empty".formatted(named.field())
        : named.explanation();
  }

  /** TEI's error types with their statuses. */
  private enum Fault {
    EMPTY(400),
    VALIDATION(422),
    BACKEND(424),
    OVERLOADED(429),
    UNHEALTHY(503);

    private final int status;

    Fault(int status) {
      this.status = status;
    }

    static Fault of(Reason reason) {
      return switch (reason) {
        case EMPTY -> EMPTY;
        case MALFORMED_JSON,
            INVALID_ENCODING,
            UNKNOWN_FIELD,
            MISSING_FIELD,
            WRONG_TYPE,
            ROUTE_NOT_FOUND,
            MODEL_NOT_FOUND,
            METHOD_NOT_ALLOWED,
            PAYLOAD_TOO_LARGE,
            RESPONSE_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            OUT_OF_RANGE,
            DUPLICATE_ID ->
            VALIDATION;
        case INTERNAL -> BACKEND;
        case OVERLOADED -> OVERLOADED;
        case TIMED_OUT, OUT_OF_MEMORY -> UNHEALTHY;
      };
    }

    String wireName() {
      return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
  }
}
