package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import dev.snapranker.wire.json.UnknownFields;
import dev.snapranker.wire.json.ValueTypes;
import java.util.List;
import java.util.UUID;

/**
 * infinity's rerank, for clients written for infinity. A returned document is a string; in Jina's
 * and vLLM's replies it is an object.
 */
final class InfinityJson implements Dialect {
  private static final List<String> REQUEST =
      List.of("model", "query", "documents", "top_n", "return_documents", "raw_scores");

  private static final FieldNames NAMES = FieldNames.of("query", "documents", "top_n");

  private final ModelAliases aliases;
  private final Limits limits;

  InfinityJson(ModelAliases aliases, Limits limits) {
    this.aliases = aliases;
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST, UnknownFields.IGNORED, ValueTypes.LAX);
    String model = fields.optionalString("model");
    return Dialect.one(
        new RerankRequest(
            fields.string("query"),
            Documents.candidates(
                fields, "documents", "an array of strings", limits, Fields::string),
            Options.DEFAULT
                .withTopK(fields.optionalInteger("top_n", 1))
                .withReturnText(fields.flag("return_documents"))
                .withRawScores(fields.flag("raw_scores"))
                .withModel(aliases.choice("default/not-specified".equals(model) ? null : model))
                .withBlankTexts(BlankTexts.LAST),
            fields.warnings()),
        limits);
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    return HttpReply.json(
        limits,
        out -> {
          out.writeStartObject();
          out.writeStringField("object", "rerank");
          out.writeArrayFieldStart("results");
          for (RankedCandidate result : answer.ranking().results()) {
            out.writeStartObject();
            Json.score(out, "relevance_score", result.score());
            out.writeNumberField("index", result.index());
            if (answer.returnsText()) {
              out.writeStringField("document", answer.candidate(result).text());
            }
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeStringField("model", answer.ranking().model());
          out.writeObjectFieldStart("usage");
          out.writeNumberField("prompt_tokens", answer.ranking().usage().tokens());
          out.writeNumberField("total_tokens", answer.ranking().usage().tokens());
          out.writeEndObject();
          out.writeStringField("id", "infinity-" + UUID.randomUUID());
          out.writeEndObject();
        });
  }

  @Override
  public HttpReply error(RerankException failure, JsonNode posted) {
    RerankException e = NAMES.in(failure);
    int status = status(e.reason());
    return HttpReply.json(
        status,
        Json.write(out -> {
          out.writeStartObject();
          VllmError.write(out, e, status, ErrorJson.shortened(message(e, posted)));
          out.writeEndObject();
        }));
  }

  private static String message(RerankException e, JsonNode posted) {
    return e.reason() == Reason.MODEL_NOT_FOUND
        ? "ModelNotDeployedError: model=`%s` does not support `rerank`. Reason: %s"
            .formatted(ModelAliases.excerpt(posted.path("model")), ModelAliases.advice(e))
        : e.explanation();
  }

  /** infinity checks bodies with FastAPI, which answers every invalid body with 422. */
  private static int status(Reason reason) {
    return switch (reason) {
      case MALFORMED_JSON,
          INVALID_ENCODING,
          UNKNOWN_FIELD,
          MISSING_FIELD,
          WRONG_TYPE,
          EMPTY,
          OUT_OF_RANGE,
          DUPLICATE_ID ->
          422;
      case MODEL_NOT_FOUND -> 400;
      case ROUTE_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          OVERLOADED,
          INTERNAL,
          OUT_OF_MEMORY,
          TIMED_OUT ->
          reason.status();
    };
  }
}
