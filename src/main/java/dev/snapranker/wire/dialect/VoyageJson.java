package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.Limits;
import dev.snapranker.api.LongText;
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

/** Voyage's rerank. */
final class VoyageJson implements Dialect {
  private static final List<String> REQUEST =
      List.of("query", "documents", "model", "top_k", "return_documents", "truncation");

  private final ModelAliases aliases;
  private final Limits limits;

  VoyageJson(ModelAliases aliases, Limits limits) {
    this.aliases = aliases;
    this.limits = limits;
  }

  @Override
  public RerankRequest read(JsonNode posted) {
    Fields fields = Fields.of(posted, "", REQUEST);
    return new RerankRequest(
        fields.string("query"),
        Documents.candidates(fields, "documents", "an array of strings", limits, Fields::string),
        Options.DEFAULT
            .withTopK(fields.optionalInteger("top_k"))
            .withReturnText(fields.flag("return_documents"))
            .withModel(aliases.idOf(fields.string("model")))
            .withLongText(
                fields.flag("truncation", true) ? LongText.KEEP_START : new LongText.Refuse()));
  }

  @Override
  public void reply(JsonGenerator out, Answer answer) throws IOException {
    out.writeStartObject();
    out.writeStringField("object", "list");
    out.writeArrayFieldStart("data");
    for (Ranked result : answer.ranking().results()) {
      out.writeStartObject();
      out.writeNumberField("index", result.index());
      out.writeNumberField("relevance_score", result.score());
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
  }

  @Override
  public HttpReply error(RerankException e, JsonNode posted) {
    return HttpReply.json(
        e.reason() == Reason.MODEL_NOT_FOUND ? 400 : CohereErrors.status(e.reason()),
        Json.write(out -> {
          out.writeStartObject();
          out.writeStringField("detail", ErrorJson.shortened(detail(e, posted)));
          out.writeEndObject();
        }));
  }

  private static String detail(RerankException e, JsonNode posted) {
    return e.reason() == Reason.MODEL_NOT_FOUND
        ? "Model %s is not supported.".formatted(Excerpt.of(posted.path("model").asText()))
        : e.renamed(field -> Documents.rename(field, "documents", "top_k")).explanation();
  }
}
