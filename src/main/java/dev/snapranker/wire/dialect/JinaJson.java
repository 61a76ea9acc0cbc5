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
 * Jina's rerank, which vLLM, infinity, llama.cpp, Xinference and SiliconFlow have, too, each with
 * fields of its own. A plain request of Cohere's v1 looks the same and comes by the same path. So
 * replies and errors have the fields that any of their clients read. Unknown fields are ignored, as
 * by these services.
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
              List.of("return_len")) // Xinference's wish for a count of tokens
          .flatMap(List::stream)
          .toList();

  private final ModelAliases aliases;
  private final boolean certain;
  private final Limits limits;

  /**
   * @param certain whether the caller is Jina's client, which must name a model; else it may be a
   *     relative's or Cohere's
   */
  JinaJson(ModelAliases aliases, boolean certain, Limits limits) {
    this.aliases = aliases;
    this.certain = certain;
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST, UnknownFields.IGNORED, ValueTypes.LAX);
    Integer topN = fields.optionalInteger("top_n");
    String model = certain ? fields.string("model") : fields.optionalString("model");
    boolean chunked = isChunked(fields, model, VllmFields.areIn(posted));
    List<Candidate> candidates =
        !certain && VllmFields.isOneText(posted)
            ? List.of(new Candidate("0", fields.string("documents"), null))
            : Documents.candidates(
                fields, "documents", "an array of strings or objects", limits, textOf(fields));
    return Dialect.one(
        new RerankRequest(
            text(fields.required("query", "a string"), FieldPath.of("query")),
            candidates,
            Options.DEFAULT
                .withTopK(topN != null && topN == 0 ? null : topN) // llama.cpp's and vLLM's "all"
                .withReturnText(fields.flag("return_documents", !chunked))
                .withRawScores(fields.flag("raw_scores", VllmFields.rawScores(fields)))
                .withModel(aliases.choice(model))
                .withBlankTexts(BlankTexts.LAST)
                .withLongText(
                    chunked ? chunks(fields, candidates.size()) : VllmFields.longText(fields)),
            fields.warnings()),
        limits);
  }

  /**
   * Whether a long document's best chunk scores it, and documents are returned only on request: by
   * Cohere, whose models have such names (rerank-v3.5, rerank-english-v3.0), and by SiliconFlow.
   *
   * @param vllms whether the request has fields that only vLLM has
   */
  private boolean isChunked(Fields fields, @Nullable String model, boolean vllms) {
    boolean coheres =
        model != null
            && !certain
            && !vllms
            && model.matches("rerank-(v\\d|english|multilingual).*");
    return coheres
        || fields.optional(RANK_FIELDS) != null
        || Chunks.FIELDS.stream().anyMatch(name -> fields.optional(name) != null);
  }

  private static LongText chunks(Fields fields, int documents) {
    VllmFields.warnOfChunks(fields);
    return Chunks.ofEither(fields, documents).withDocumentTokens(VllmFields.documentTokens(fields));
  }

  private static Documents.TextOf textOf(Fields fields) {
    return fields.optional(RANK_FIELDS) == null ? JinaJson::text : RankFields.of(fields)::text;
  }

  /** The text of a string, or of an object. There is no model for images. */
  private static String text(JsonNode node, FieldPath path) {
    if (node.isObject() && node.hasNonNull("image")) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          path.field("image"),
          "is set; expected text alone, as no model here reads images");
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
          CohereJson.tokens(out, answer.ranking()); // SiliconFlow's
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
