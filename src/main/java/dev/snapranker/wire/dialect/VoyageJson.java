package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import dev.snapranker.wire.json.UnknownFields;
import dev.snapranker.wire.json.ValueTypes;
import java.util.List;

/** Voyage's rerank. */
final class VoyageJson implements Dialect {
  private static final List<String> REQUEST =
      List.of("query", "documents", "model", "top_k", "return_documents", "truncation");

  private static final FieldNames NAMES = FieldNames.of("query", "documents", "top_k");

  private final ModelAliases aliases;
  private final UnknownFields unknown;
  private final Limits limits;

  /**
   * @param unknown refused, as Voyage does, if the caller is certainly Voyage's client
   */
  VoyageJson(ModelAliases aliases, UnknownFields unknown, Limits limits) {
    this.aliases = aliases;
    this.unknown = unknown;
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST, unknown, ValueTypes.STRICT);
    return Dialect.one(
        new RerankRequest(
            fields.string("query"),
            Documents.candidates(
                fields, "documents", "an array of strings", limits, Fields::string),
            Options.DEFAULT
                .withTopK(fields.optionalInteger("top_k", 1))
                .withReturnText(fields.flag("return_documents"))
                .withModel(aliases.choice(fields.string("model")))
                .withBlankTexts(BlankTexts.REFUSE_EMPTY)
                .withLongText(
                    fields.flag("truncation", true) ? LongText.KEEP_START : new LongText.Refuse()),
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
          out.writeStringField("object", "list");
          out.writeArrayFieldStart("data");
          for (RankedCandidate result : answer.ranking().results()) {
            out.writeStartObject();
            out.writeNumberField("index", result.index());
            Json.score(out, "relevance_score", result.score());
            if (answer.returnsText()) {
              out.writeStringField("document", answer.candidate(result).text());
            }
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeStringField("model", answer.ranking().model());
          out.writeObjectFieldStart("usage");
          out.writeNumberField("total_tokens", answer.ranking().usage().tokens());
          out.writeEndObject();
          out.writeEndObject();
        });
  }

  @Override
  public HttpReply error(RerankException failure, JsonNode posted) {
    RerankException e = NAMES.in(failure);
    return switch (e.reason()) {
      case MODEL_NOT_FOUND ->
          error(
              400,
              "Model %s is not supported. %s"
                  .formatted(ModelAliases.excerpt(posted.path("model")), ModelAliases.advice(e)));
      case UNKNOWN_FIELD ->
          error(
              400,
              ("The request body is not valid JSON, or some arguments were not specified properly."
                      + " In particular, Argument '%s' is not supported by our API (%s)")
                  .formatted(e.field(), e.advice()));
      case MALFORMED_JSON,
          INVALID_ENCODING,
          MISSING_FIELD,
          WRONG_TYPE,
          EMPTY,
          OUT_OF_RANGE,
          DUPLICATE_ID ->
          error(400, e.explanation());
      case TIMED_OUT -> error(504, e.explanation());
      case ROUTE_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          OVERLOADED,
          INTERNAL,
          OUT_OF_MEMORY ->
          error(e.reason().status(), e.explanation());
    };
  }

  private static HttpReply error(int status, String detail) {
    return HttpReply.json(
        status,
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("detail", ErrorJson.shortened(detail));
          out.writeEndObject();
        }));
  }
}
