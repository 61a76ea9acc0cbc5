package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import java.util.List;
import java.util.UUID;

/**
 * Jina's rerank, which vLLM, llama.cpp and infinity have, too. A plain request of Cohere's v1 looks
 * the same and comes by the same path, so replies and errors also have Cohere's fields.
 */
final class JinaJson implements Dialect {
  private static final List<String> REQUEST =
      List.of("model", "query", "documents", "top_n", "return_documents");

  private final ModelAliases aliases;
  private final boolean modelRequired;
  private final Limits limits;

  /**
   * @param modelRequired as by Jina; its relatives' clients may leave the model out
   */
  JinaJson(ModelAliases aliases, boolean modelRequired, Limits limits) {
    this.aliases = aliases;
    this.modelRequired = modelRequired;
    this.limits = limits;
  }

  @Override
  public List<Outcome<RerankRequest>> read(JsonNode posted) {
    Fields fields = Fields.of(posted, REQUEST);
    Integer topN = fields.optionalInteger("top_n");
    String model = modelRequired ? fields.string("model") : fields.optionalString("model");
    return Dialect.one(
        new RerankRequest(
            text(fields.required("query", "a string"), FieldPath.of("query")),
            Documents.candidates(
                fields, "documents", "an array of strings or objects", limits, JinaJson::text),
            Options.DEFAULT
                .withTopK(topN != null && topN == 0 ? null : topN) // llama.cpp's and vLLM's "all"
                .withReturnText(fields.flag("return_documents", true))
                .withModel(aliases.idOf(model))
                .withMultilingualModel(ModelAliases.multilingual(model))
                .withBlankTexts(BlankTexts.LAST)),
        limits);
  }

  /** The text of a string, or of an object with text alone: there is no model for images. */
  private static String text(JsonNode node, FieldPath path) {
    return node.isObject()
        ? Fields.of(node, path, List.of("text")).string("text")
        : Documents.stringOrText(node, path);
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
          out.writeEndObject();
        }));
  }
}
