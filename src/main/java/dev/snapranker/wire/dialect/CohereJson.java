package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.LongText.Passages;
import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Cohere's rerank, v1 and v2. A long document is cut into chunks, and its score is its best chunk's
 * score.
 */
final class CohereJson implements Dialect {
  private static final List<String> V1_FIELDS =
      List.of(
          "model",
          "query",
          "documents",
          "top_n",
          "rank_fields",
          "return_documents",
          "max_chunks_per_doc");

  /** {@code priority} is the place in Cohere's queue, and has no effect here. */
  private static final List<String> V2_FIELDS =
      List.of(
          "model",
          "query",
          "documents",
          "top_n",
          "max_tokens_per_doc",
          "priority",
          "return_documents");

  private static final int DEFAULT_TOKENS = 4096;
  private static final int MAX_PRIORITY = 999;

  /** The number of documents in one search unit. */
  private static final int UNIT_DOCUMENTS = 100;

  private final Version version;
  private final ModelAliases aliases;
  private final Limits limits;

  CohereJson(Version version, ModelAliases aliases, Limits limits) {
    this.version = version;
    this.aliases = aliases;
    this.limits = limits;
  }

  /** The API's version. */
  enum Version {
    V1,
    V2;

    private String number() {
      return name().substring(1);
    }

    private List<String> fields() {
      return switch (this) {
        case V1 -> V1_FIELDS;
        case V2 -> V2_FIELDS;
      };
    }
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, version.fields());
    String model =
        switch (version) {
          case V1 -> fields.optionalString("model");
          case V2 -> requiredModel(fields);
        };
    String query = fields.string("query");
    List<Candidate> candidates =
        switch (version) {
          case V1 -> {
            RankFields rankFields = RankFields.of(fields);
            yield Documents.candidates(
                fields, "documents", "an array of strings or objects", limits, rankFields::text);
          }
          case V2 ->
              Documents.candidates(
                  fields, "documents", "an array of strings", limits, Fields::string);
        };
    LongText longText =
        switch (version) {
          case V1 -> Chunks.ofCohere(fields, candidates.size());
          case V2 -> {
            requirePriority(fields);
            yield Passages.best(
                Passages.UNLIMITED, Chunks.positive(fields, "max_tokens_per_doc", DEFAULT_TOKENS));
          }
        };
    return Dialect.one(
        new RerankRequest(
            query,
            candidates,
            Options.DEFAULT
                .withTopK(fields.optionalInteger("top_n", 1))
                .withReturnText(fields.flag("return_documents"))
                .withModel(aliases.choice(model))
                .withLongText(longText)),
        limits);
  }

  private static void requirePriority(Fields fields) {
    Integer priority = fields.optionalInteger("priority", 0, MAX_PRIORITY);
    if (priority != null && (priority < 0 || priority > MAX_PRIORITY)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "priority",
          "is %d; expected 0..%d".formatted(priority, MAX_PRIORITY));
    }
  }

  private static String requiredModel(Fields fields) {
    String model = fields.string("model");
    if (model.isBlank()) {
      throw new RerankException(Reason.EMPTY, "model", "is blank; expected a model's name");
    }
    return model;
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    return HttpReply.json(
        limits,
        out -> {
          out.writeStartObject();
          out.writeStringField("id", UUID.randomUUID().toString());
          results(out, posted, answer);
          meta(out, answer.ranking(), version);
          out.writeEndObject();
        });
  }

  /** Writes the results in the format of Cohere and Jina. */
  static void results(JsonGenerator out, JsonNode posted, Answer answer) throws IOException {
    out.writeArrayFieldStart("results");
    for (RankedCandidate result : answer.ranking().results()) {
      out.writeStartObject();
      out.writeNumberField("index", result.index());
      Json.score(out, "relevance_score", result.score());
      if (answer.returnsText()) {
        JsonNode documents = posted.path("documents"); // vLLM also accepts one string
        document(out, documents.isArray() ? documents.path(result.index()) : documents);
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void document(JsonGenerator out, JsonNode document) throws IOException {
    out.writeObjectFieldStart("document");
    if (document.isObject()) {
      for (Map.Entry<String, JsonNode> field : document.properties()) {
        if (!field.getValue().isNull()) { // null counts as left out
          out.writeFieldName(field.getKey());
          out.writeTree(field.getValue());
        }
      }
    } else {
      out.writeStringField("text", document.textValue());
    }
    out.writeEndObject();
  }

  static void meta(JsonGenerator out, Ranking ranking, Version version) throws IOException {
    out.writeObjectFieldStart("meta");
    out.writeObjectFieldStart("api_version");
    out.writeStringField("version", version.number());
    out.writeBooleanField("is_experimental", false);
    out.writeEndObject();
    out.writeObjectFieldStart("billed_units");
    out.writeNumberField(
        "search_units", Math.ceilDiv(ranking.usage().candidates(), UNIT_DOCUMENTS));
    out.writeEndObject();
    tokens(out, ranking);
    Json.strings(out, "warnings", ranking.warnings());
    out.writeEndObject();
  }

  static void tokens(JsonGenerator out, Ranking ranking) throws IOException {
    out.writeObjectFieldStart("tokens");
    out.writeNumberField("input_tokens", ranking.usage().tokens());
    out.writeNumberField("output_tokens", 0);
    out.writeEndObject();
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    CohereError error = CohereError.of(e, posted);
    return HttpReply.json(
        error.status(),
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("id", UUID.randomUUID().toString());
          out.writeStringField("message", error.message());
          out.writeEndObject();
        }));
  }
}
