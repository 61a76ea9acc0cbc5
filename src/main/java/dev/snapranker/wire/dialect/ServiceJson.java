package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.snapranker.api.Limits;
import dev.snapranker.api.StageChoice;
import dev.snapranker.wire.json.Json;
import java.io.IOException;
import java.util.List;

/** Writes replies about the function itself. */
public final class ServiceJson {
  /** The reply to a ping that keeps an execution environment alive. */
  public static final String WARM = "{\"warm\":true}";

  private ServiceJson() {}

  /**
   * {@code GET /health}: what is loaded.
   *
   * @param model the one that ranks last by default
   * @param models the ids of all
   * @param stages of a request that names none, in the form in which a request names them
   */
  public static String health(
      String model, String revision, List<String> models, List<StageChoice> stages) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeBooleanField("ready", true);
      out.writeStringField("model", model);
      out.writeStringField("revision", revision);
      Json.strings(out, "models", models);
      out.writeArrayFieldStart("stages");
      for (StageChoice stage : stages) {
        stage(out, stage);
      }
      out.writeEndArray();
      out.writeEndObject();
    });
  }

  private static void stage(JsonGenerator out, StageChoice stage) throws IOException {
    out.writeStartObject();
    out.writeStringField("model", stage.model());
    if (stage.keep() != null) {
      out.writeNumberField("keep", stage.keep());
    }
    if (stage.margin() != null) {
      out.writeNumberField("margin", stage.margin());
    }
    if (stage.targetRecall() != null) {
      out.writeNumberField("target_recall", stage.targetRecall());
    }
    out.writeEndObject();
  }

  /** {@code GET /meta}: Weaviate shows it among its modules. */
  public static String meta(String model, String revision) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeObjectFieldStart("model");
      out.writeStringField("id", model);
      out.writeStringField("revision", revision);
      out.writeEndObject();
      out.writeEndObject();
    });
  }

  /** {@code GET /info}, in the format of Text Embeddings Inference. */
  public static String info(
      String model,
      String revision,
      int maxTokens,
      Limits limits,
      int maxConcurrentRequests,
      int threads,
      String version) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("model_id", model);
      out.writeStringField("model_sha", revision);
      out.writeStringField("model_dtype", "float32"); // of the logits
      out.writeStringField("served_model_name", model);
      out.writeObjectFieldStart("model_type");
      out.writeObjectFieldStart("reranker");
      out.writeObjectFieldStart("id2label");
      out.writeStringField("0", "LABEL_0");
      out.writeEndObject();
      out.writeObjectFieldStart("label2id");
      out.writeNumberField("LABEL_0", 0);
      out.writeEndObject();
      out.writeEndObject();
      out.writeEndObject();
      out.writeNumberField("max_concurrent_requests", maxConcurrentRequests);
      out.writeNumberField("max_input_length", maxTokens);
      out.writeNumberField("max_batch_tokens", (long) maxTokens * limits.maxCandidates());
      out.writeNullField("max_batch_requests");
      out.writeNumberField("max_client_batch_size", limits.maxCandidates());
      out.writeBooleanField("auto_truncate", true);
      out.writeNumberField("tokenization_workers", threads);
      out.writeStringField("version", version);
      out.writeNullField("sha");
      out.writeNullField("docker_label");
      out.writeEndObject();
    });
  }

  /** {@code GET /}: name, version, routes. */
  public static String index(String version, List<String> routes) {
    return Json.write(out -> {
      out.writeStartObject();
      out.writeStringField("name", "snapranker");
      out.writeStringField("version", version);
      Json.strings(out, "routes", routes);
      out.writeEndObject();
    });
  }
}
