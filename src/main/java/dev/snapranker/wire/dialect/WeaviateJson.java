package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.FieldPath;
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
import org.jspecify.annotations.Nullable;

/**
 * The rerank API that Weaviate's {@code reranker-transformers} module calls. Scores are in the
 * order of the documents, because Weaviate assigns them by position.
 */
final class WeaviateJson implements Dialect {
  /** The only document if there is no list. Weaviate itself always sends {@code ""}. */
  static final String PROPERTY = "property";

  private static final String DOCUMENTS = "documents";
  private static final List<String> REQUEST = List.of("query", DOCUMENTS, PROPERTY);
  private static final FieldNames LIST = FieldNames.of("query", DOCUMENTS, "top_k");

  private final Limits limits;

  WeaviateJson(Limits limits) {
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST, UnknownFields.IGNORED, ValueTypes.STRICT);
    String property = fields.optionalString(PROPERTY);
    return Dialect.one(
        new RerankRequest(
            fields.string("query"),
            isList(posted)
                ? Documents.candidates(
                    fields, DOCUMENTS, "an array of strings", limits, Fields::string)
                : single(fields, property),
            Options.DEFAULT.withBlankTexts(BlankTexts.LAST),
            fields.warnings()),
        limits);
  }

  private static boolean isList(JsonNode posted) {
    return posted.hasNonNull(DOCUMENTS);
  }

  private static List<Candidate> single(Fields fields, @Nullable String property) {
    if (property == null) {
      throw fields.missing(DOCUMENTS, "an array of strings, or one text in property");
    }
    return List.of(new Candidate("0", property, null));
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    RerankRequest request = answer.request();
    double[] scores = new double[request.candidates().size()]; // [documents]
    for (RankedCandidate result : answer.ranking().results()) {
      scores[result.index()] = result.score();
    }
    return HttpReply.json(
        limits,
        out -> {
          out.writeStartObject();
          out.writeStringField("query", request.query());
          if (isList(posted)) {
            out.writeArrayFieldStart("scores");
            for (int i = 0; i < scores.length; i++) {
              out.writeStartObject();
              out.writeStringField("document", request.candidates().get(i).text());
              Json.score(out, "score", scores[i]);
              out.writeEndObject();
            }
            out.writeEndArray();
            out.writeNullField(PROPERTY);
            out.writeNullField("score");
          } else {
            out.writeNullField("scores");
            out.writeStringField(PROPERTY, request.candidates().getFirst().text());
            Json.score(out, "score", scores[0]);
          }
          out.writeEndObject();
        });
  }

  /** Writes the text to {@code error}, because Weaviate shows it to the person who searched. */
  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    RerankException named = isList(posted) ? LIST.in(e) : e.renamed(WeaviateJson::singleName);
    return HttpReply.json(
        status(named.reason()),
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("error", ErrorJson.shortened(named.explanation()));
          out.writeEndObject();
        }));
  }

  private static FieldPath singleName(FieldPath field) {
    return field.candidateOfText().isPresent() ? FieldPath.of(PROPERTY) : field;
  }

  /** Weaviate's container checks bodies with FastAPI, which answers every invalid body with 422. */
  private static int status(Reason reason) {
    return switch (reason) {
      case MALFORMED_JSON, INVALID_ENCODING, UNKNOWN_FIELD, MISSING_FIELD, WRONG_TYPE -> 422;
      case EMPTY,
          OUT_OF_RANGE,
          DUPLICATE_ID,
          ROUTE_NOT_FOUND,
          MODEL_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          OVERLOADED,
          INTERNAL,
          TIMED_OUT,
          OUT_OF_MEMORY ->
          reason.status();
    };
  }
}
