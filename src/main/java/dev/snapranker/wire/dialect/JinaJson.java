package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Jina's rerank. vLLM, infinity, llama.cpp, Xinference and SiliconFlow have the same API, each with
 * some fields of its own, and a plain request of Cohere v1 looks the same on the same path.
 * Therefore replies and errors contain the fields that any of these clients read. Unknown fields
 * are ignored, as these services do.
 */
final class JinaJson implements Dialect {
  private static final String RANK_FIELDS = "rank_fields";

  private static final List<String> REQUEST =
      Stream.of(
              List.of("model", "query", "documents", "top_n", "return_documents"),
              List.of("raw_scores"), // infinity
              VllmFields.ALL,
              List.of(RANK_FIELDS), // Cohere
              Chunks.FIELDS,
              List.of("return_len")) // Xinference: return the number of tokens
          .flatMap(List::stream)
          .toList();

  private final ModelAliases aliases;
  private final boolean onlyJina;
  private final Limits limits;

  /**
   * @param onlyJina whether all callers are Jina's clients, which must name a model; otherwise they
   *     may be clients of the other services
   */
  JinaJson(ModelAliases aliases, boolean onlyJina, Limits limits) {
    this.aliases = aliases;
    this.onlyJina = onlyJina;
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST, UnknownFields.IGNORED, ValueTypes.LAX);
    Integer topN = fields.optionalInteger("top_n", 0);
    String model = onlyJina ? fields.string("model") : fields.optionalString("model");
    boolean chunked = isChunked(fields, model, VllmFields.arePresent(posted));
    List<Candidate> candidates =
        !onlyJina && VllmFields.isOneText(posted)
            ? List.of(new Candidate("0", fields.string("documents"), null))
            : Documents.candidates(
                fields, "documents", "an array of strings or objects", limits, textOf(fields));
    return Dialect.one(
        new RerankRequest(
            text(fields.required("query", "a string"), FieldPath.of("query")),
            candidates,
            Options.DEFAULT
                .withTopK(
                    topN != null && topN == 0 ? null : topN) // 0 means all in llama.cpp and vLLM
                .withReturnText(fields.flag("return_documents", !chunked))
                .withRawScores(fields.flag("raw_scores", VllmFields.rawScores(fields)))
                .withModel(aliases.choice(model))
                .withBlankTexts(BlankTexts.LAST)
                .withInstruction(VllmFields.instruction(fields))
                .withLongText(
                    chunked ? chunks(fields, candidates.size()) : VllmFields.longText(fields)),
            fields.warnings()),
        limits);
  }

  /**
   * Whether the request is Cohere's or SiliconFlow's. These services score a long document by its
   * best chunk, and return documents only on request. Cohere's models have names such as
   * rerank-v3.5 and rerank-english-v3.0.
   */
  private boolean isChunked(Fields fields, @Nullable String model, boolean hasVllmFields) {
    boolean hasCohereModel =
        model != null
            && !onlyJina
            && !hasVllmFields
            && model.matches("rerank-(v\\d|english|multilingual).*");
    return hasCohereModel
        || fields.optional(RANK_FIELDS) != null
        || Chunks.FIELDS.stream().anyMatch(name -> fields.optional(name) != null);
  }

  private static LongText chunks(Fields fields, int documents) {
    VllmFields.warnOfUnusedLimits(fields);
    return Chunks.ofCohereOrSiliconFlow(fields, documents)
        .withDocumentTokens(VllmFields.documentTokens(fields));
  }

  private static Documents.TextOf textOf(Fields fields) {
    return fields.optional(RANK_FIELDS) == null ? JinaJson::text : RankFields.of(fields)::text;
  }

  /** The text of a string or of an object. Images are refused. */
  private static String text(JsonNode node, FieldPath path) {
    if (node.isObject() && node.hasNonNull("image")) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          path.field("image"),
          "is set; expected text only, because no model here reads images");
    }
    return Documents.stringOrText(node, path);
  }

  @Override
  public HttpReply reply(JsonNode posted, List<Outcome<Answer>> answers, Timings timings) {
    Answer answer = answers.getFirst().orThrow();
    return HttpReply.json(
        limits,
        out -> {
          out.writeStartObject();
          out.writeStringField("id", UUID.randomUUID().toString());
          out.writeStringField("model", answer.ranking().model());
          out.writeObjectFieldStart("usage");
          out.writeNumberField("total_tokens", answer.ranking().usage().tokens());
          out.writeNumberField("prompt_tokens", answer.ranking().usage().tokens());
          out.writeEndObject();
          CohereJson.results(out, posted, answer);
          CohereJson.meta(out, answer.ranking(), CohereJson.Version.V1);
          CohereJson.tokens(out, answer.ranking()); // read by SiliconFlow's clients
          out.writeEndObject();
        });
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    CohereError error = CohereError.of(e, posted);
    return HttpReply.json(
        error.status(),
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("detail", error.message());
          out.writeStringField("message", error.message());
          VllmError.write(out, CohereError.named(e), error.status(), error.message());
          out.writeEndObject();
        }));
  }
}
