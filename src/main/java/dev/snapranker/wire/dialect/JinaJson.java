package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.event.HttpReply;
import dev.snapranker.wire.json.Fields;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * Jina's rerank, which vLLM, llama.cpp and infinity speak as well. Replies and errors also carry
 * what Cohere's v1 has: its plain requests come by the same path and cannot be told apart.
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
  public RerankRequest read(JsonNode posted) {
    Fields fields = Fields.of(posted, "", REQUEST);
    Integer topN = fields.optionalInteger("top_n");
    return new RerankRequest(
        text(fields.required("query", "a string"), "query"),
        Documents.candidates(
            fields, "documents", "an array of strings or objects", limits, JinaJson::text),
        Options.DEFAULT
            .withTopK(topN != null && topN == 0 ? null : topN) // llama.cpp's and vLLM's "all"
            .withReturnText(fields.flag("return_documents", true))
            .withModel(
                aliases.idOf(
                    modelRequired ? fields.string("model") : fields.optionalString("model"))));
  }

  /** A string, or an object with text and nothing else: images are not ours to rank. */
  private static String text(JsonNode node, String path) {
    return node.isObject()
        ? Fields.of(node, path, List.of("text")).string("text")
        : Documents.stringOrText(node, path);
  }

  @Override
  public void reply(JsonGenerator out, Answer answer) throws IOException {
    out.writeStartObject();
    out.writeStringField("id", UUID.randomUUID().toString());
    out.writeStringField("model", answer.ranking().model());
    out.writeObjectFieldStart("usage");
    out.writeNumberField("total_tokens", answer.ranking().usage().tokens());
    out.writeNumberField("prompt_tokens", answer.ranking().usage().tokens());
    out.writeEndObject();
    CohereJson.results(out, answer);
    CohereJson.meta(out, answer.ranking(), CohereJson.Version.V1);
    out.writeEndObject();
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    String message = CohereErrors.message(e, posted);
    return HttpReply.json(
        CohereErrors.status(e.reason()),
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("detail", message);
          out.writeStringField("message", message);
          out.writeEndObject();
        }));
  }
}
