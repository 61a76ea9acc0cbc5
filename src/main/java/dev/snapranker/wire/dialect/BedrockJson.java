package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Amazon Bedrock's Rerank (bedrock-agent-runtime). A reply has all results: there are no pages. */
final class BedrockJson implements Dialect {
  private static final FieldPath QUERY = FieldPath.of("queries").at(0);
  private static final FieldPath CONFIGURATION = FieldPath.of("rerankingConfiguration");
  private static final FieldNames NAMES =
      new FieldNames(
          QUERY.field("textQuery").field("text"),
          FieldPath.of("sources"),
          CONFIGURATION.field("bedrockRerankingConfiguration").field("numberOfResults"));

  private static final int MAX_RESULTS = 1000;
  private static final int MAX_QUERY_CHARS = 32_000;

  private final ModelAliases aliases;
  private final Limits limits;

  BedrockJson(ModelAliases aliases, Limits limits) {
    this.aliases = aliases;
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields =
        Fields.of(posted, List.of("queries", "sources", "rerankingConfiguration", "nextToken"));
    if (fields.optional("nextToken") != null) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "nextToken",
          "is set; expected none, because the first reply has all results");
    }
    String query = query(fields.array("queries", "an array of one query"));
    if (query.length() > MAX_QUERY_CHARS) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          NAMES.query(),
          "has %d characters; expected at most %d".formatted(query.length(), MAX_QUERY_CHARS));
    }
    Fields configuration =
        typed(
            fields.required("rerankingConfiguration", "an object"),
            CONFIGURATION,
            "bedrockRerankingConfiguration",
            "BEDROCK_RERANKING_MODEL");
    Fields bedrock =
        configuration.object(
            "bedrockRerankingConfiguration", List.of("numberOfResults", "modelConfiguration"));
    Fields model =
        bedrock.object("modelConfiguration", List.of("modelArn", "additionalModelRequestFields"));
    JsonNode additional = model.optional("additionalModelRequestFields");
    if (additional != null && !(additional.isObject() && additional.isEmpty())) {
      throw model.refused("additionalModelRequestFields", "no field");
    }
    String name = modelName(model.string("modelArn"));
    return Dialect.one(
        new RerankRequest(
            query,
            Documents.candidates(fields, "sources", "an array of sources", limits, this::text),
            Options.DEFAULT.withTopK(numberOfResults(bedrock)).withModel(aliases.choice(name))),
        limits);
  }

  private static String query(JsonNode queries) {
    if (queries.size() != 1) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, "queries", "has %d entries; expected 1".formatted(queries.size()));
    }
    return typed(queries.get(0), QUERY, "textQuery", "TEXT")
        .object("textQuery", List.of("text"))
        .string("text");
  }

  private String text(JsonNode source, FieldPath path) {
    Fields inline =
        typed(source, path, "inlineDocumentSource", "INLINE")
            .object("inlineDocumentSource", List.of("type", "textDocument", "jsonDocument"));
    String type = inline.string("type");
    return switch (type) {
      case "TEXT" -> {
        requireAbsent(inline, "jsonDocument", type);
        yield inline.object("textDocument", List.of("text")).string("text");
      }
      case "JSON" -> {
        requireAbsent(inline, "textDocument", type);
        yield FlatText.of(inline.required("jsonDocument", "any JSON"), path, limits);
      }
      default -> throw inline.refused("type", "TEXT or JSON");
    };
  }

  private static void requireAbsent(Fields inline, String name, String type) {
    if (inline.optional(name) != null) {
      throw inline.refused(name, "none, because the type is " + type);
    }
  }

  private static @Nullable Integer numberOfResults(Fields bedrock) {
    Integer number = bedrock.optionalInteger("numberOfResults", 1, MAX_RESULTS);
    if (number != null && (number < 1 || number > MAX_RESULTS)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          NAMES.topK(),
          "is %d; expected 1..%d".formatted(number, MAX_RESULTS));
    }
    return number;
  }

  /** Reads an object with a {@code type}, which must have this value, and one content field. */
  private static Fields typed(JsonNode node, FieldPath path, String content, String type) {
    Fields fields = Fields.of(node, path, List.of("type", content));
    if (!fields.string("type").equals(type)) {
      throw fields.refused("type", type);
    }
    return fields;
  }

  /** {@code arn:aws:bedrock:REGION::foundation-model/NAME:VERSION}, or a name alone. */
  private static String modelName(String arn) {
    return arn.substring(arn.lastIndexOf('/') + 1);
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    return HttpReply.json(
        limits,
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("results");
          for (RankedCandidate result : answer.ranking().results()) {
            out.writeStartObject();
            out.writeNumberField("index", result.index());
            Json.score(out, "relevanceScore", result.score());
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  @Override
  public HttpReply error(RerankException failure, JsonNode posted) {
    RerankException e = NAMES.in(failure);
    String words = e.explanation();
    return switch (e.reason()) {
      case MALFORMED_JSON,
          INVALID_ENCODING,
          UNKNOWN_FIELD,
          MISSING_FIELD,
          WRONG_TYPE,
          ROUTE_NOT_FOUND,
          METHOD_NOT_ALLOWED,
          PAYLOAD_TOO_LARGE,
          RESPONSE_TOO_LARGE,
          UNSUPPORTED_MEDIA_TYPE,
          EMPTY,
          OUT_OF_RANGE,
          DUPLICATE_ID ->
          error("ValidationException", 400, words);
      case MODEL_NOT_FOUND ->
          error(
              "ResourceNotFoundException",
              404,
              "Could not resolve the foundation model from the provided model identifier. "
                  + ModelAliases.advice(e));
      case OVERLOADED -> error("ThrottlingException", 429, words);
      case INTERNAL, TIMED_OUT -> error("InternalServerException", 500, words);
      case OUT_OF_MEMORY ->
          error("ServiceUnavailableException", 503, words); // AWS's general error; Bedrock has none
    };
  }

  private static HttpReply error(String type, int status, String message) {
    return HttpReply.json(
            status,
            Json.write(out -> {
              out.writeStartObject();
              out.writeStringField("message", ErrorJson.shortened(message));
              out.writeEndObject();
            }))
        .with(Map.of("x-amzn-ErrorType", type));
  }
}
