package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Amazon Bedrock's Rerank (bedrock-agent-runtime). All results come at once: there is no next page.
 */
final class BedrockJson implements Dialect {
  private static final String QUERY = "queries[0].textQuery.text";
  private static final String NUMBER_OF_RESULTS =
      "rerankingConfiguration.bedrockRerankingConfiguration.numberOfResults";

  private static final int MOST_RESULTS = 1000;

  private final ModelAliases aliases;
  private final Limits limits;

  BedrockJson(ModelAliases aliases, Limits limits) {
    this.aliases = aliases;
    this.limits = limits;
  }

  @Override
  public RerankRequest read(JsonNode posted) {
    Fields fields =
        Fields.of(posted, "", List.of("queries", "sources", "rerankingConfiguration", "nextToken"));
    if (fields.optional("nextToken") != null) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, "nextToken", "is not one of ours; all results come at once");
    }
    String query = query(fields.array("queries", "an array of one query"));
    Fields configuration =
        typed(
            fields.required("rerankingConfiguration", "an object"),
            "rerankingConfiguration",
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
    return new RerankRequest(
        query,
        Documents.candidates(fields, "sources", "an array of sources", limits, this::text),
        Options.DEFAULT
            .withTopK(numberOfResults(bedrock))
            .withModel(aliases.idOf(modelName(model.string("modelArn")))));
  }

  private static String query(JsonNode queries) {
    if (queries.size() != 1) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, "queries", "has %d entries; expected 1".formatted(queries.size()));
    }
    return typed(queries.get(0), "queries[0]", "textQuery", "TEXT")
        .object("textQuery", List.of("text"))
        .string("text");
  }

  private String text(JsonNode source, String path) {
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
      throw inline.refused(name, "none, as the type is " + type);
    }
  }

  private static @Nullable Integer numberOfResults(Fields bedrock) {
    Integer number = bedrock.optionalInteger("numberOfResults");
    if (number != null && (number < 1 || number > MOST_RESULTS)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          NUMBER_OF_RESULTS,
          "is %d; expected 1..%d".formatted(number, MOST_RESULTS));
    }
    return number;
  }

  /** An object with a {@code type} that has one value, and the field that goes with it. */
  private static Fields typed(JsonNode node, String path, String content, String type) {
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
  public void reply(JsonGenerator out, Answer answer) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("results");
    for (Ranked result : answer.ranking().results()) {
      out.writeStartObject();
      out.writeNumberField("index", result.index());
      out.writeNumberField("relevanceScore", result.score());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    Fault fault = Fault.of(e.reason());
    String message =
        fault == Fault.RESOURCE_NOT_FOUND
            ? "Could not resolve the foundation model from the provided model identifier."
            : e.renamed(BedrockJson::rename).explanation();
    return HttpReply.json(
            fault.status,
            Json.write(out -> {
              out.writeStartObject();
              out.writeStringField("message", ErrorJson.shortened(message));
              out.writeEndObject();
            }))
        .with(Map.of("x-amzn-ErrorType", fault.type));
  }

  private static String rename(String field) {
    if (field.equals("query")) {
      return QUERY;
    }
    return Documents.rename(field, "sources", NUMBER_OF_RESULTS);
  }

  /** Bedrock's error types with their statuses. */
  private enum Fault {
    VALIDATION("ValidationException", 400),
    RESOURCE_NOT_FOUND("ResourceNotFoundException", 404),
    THROTTLING("ThrottlingException", 429),
    INTERNAL_SERVER("InternalServerException", 500),
    /** One of those that all of AWS's services share. */
    UNAVAILABLE("ServiceUnavailableException", 503);

    private final String type;
    private final int status;

    Fault(String type, int status) {
      this.type = type;
      this.status = status;
    }

    static Fault of(Reason reason) {
      return switch (reason) {
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
            VALIDATION;
        case MODEL_NOT_FOUND -> RESOURCE_NOT_FOUND;
        case OVERLOADED -> THROTTLING;
        case INTERNAL, TIMED_OUT -> INTERNAL_SERVER;
        case OUT_OF_MEMORY -> UNAVAILABLE;
      };
    }
  }
}
