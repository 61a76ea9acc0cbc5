package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.wire.event.Event;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.json.StrictJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Path to dialect. Services that share a path are told apart by fields that only they have; a
 * prefix with the service's name forces one.
 */
public final class Dialects {
  private final StrictJson strictJson;
  private final Limits limits;
  private final Dialect nativeJson;
  private final BatchJson batch;
  private final Map<String, Function<HttpRequest, DialectChoice>> paths = new LinkedHashMap<>();

  /**
   * All dialects.
   *
   * @param memoryMegabytes the function's memory, for what a call costs; null outside of Lambda
   */
  public Dialects(
      StrictJson strictJson,
      Limits limits,
      ModelAliases aliases,
      @Nullable Integer memoryMegabytes) {
    this.strictJson = strictJson;
    this.limits = limits;
    NativeJson single = new NativeJson(limits, memoryMegabytes);
    this.nativeJson = single;
    this.batch = new BatchJson(single, limits);
    Dialect cohere1 = new CohereJson(CohereJson.Version.V1, aliases, limits);
    Dialect cohere2 = new CohereJson(CohereJson.Version.V2, aliases, limits);
    Dialect jina = new JinaJson(aliases, false, limits);
    Dialect voyage = new VoyageJson(aliases, limits);
    Dialect tei = new TeiJson(limits);
    Dialect bedrock = new BedrockJson(aliases, limits);

    DialectChoice byRequiredFields =
        new DialectChoice(
            nativeJson,
            json -> {
              if (json.has("candidates") || json.has(BatchJson.REQUESTS)) {
                return nativeJson;
              }
              if (json.has("texts")) {
                return tei;
              }
              if (json.has("queries") || json.has("sources")) {
                return bedrock;
              }
              return json.has("documents") ? jina : nativeJson;
            });
    paths.put("/rerank", _ -> byRequiredFields);
    paths.put(
        "/v1/rerank",
        request ->
            new DialectChoice(
                jina,
                json -> {
                  if (isVoyage(json)) {
                    return voyage;
                  }
                  return isCohere(json, request) ? cohere1 : jina;
                }));
    paths.put("/v2/rerank", _ -> DialectChoice.always(cohere2));
    paths.put("/cohere/v1/rerank", _ -> DialectChoice.always(cohere1));
    paths.put("/cohere/v2/rerank", _ -> DialectChoice.always(cohere2));
    paths.put("/jina/v1/rerank", _ -> DialectChoice.always(new JinaJson(aliases, true, limits)));
    paths.put("/voyage/v1/rerank", _ -> DialectChoice.always(voyage));
    paths.put("/tei/rerank", _ -> DialectChoice.always(tei));
    paths.put("/bedrock/rerank", _ -> DialectChoice.always(bedrock));
  }

  /** Its fields are its alone, and so are its models' names: rerank-2.5, rerank-lite-1. */
  private static boolean isVoyage(JsonNode json) {
    return json.has("top_k")
        || json.has("truncation")
        || json.path("model").asText().matches("rerank-(lite-)?\\d.*");
  }

  /**
   * Cohere's own clients say who they are; its fields are its alone, and so are its models' names:
   * rerank-v3.5, rerank-english-v3.0.
   */
  private static boolean isCohere(JsonNode json, HttpRequest request) {
    String sdk = request.headers().getOrDefault("x-fern-sdk-name", "");
    return json.has("rank_fields")
        || json.has("max_chunks_per_doc")
        || json.path("model").asText().matches("rerank-(v\\d|english|multilingual).*")
        || request.header("x-client-name") != null
        || sdk.contains("cohere");
  }

  /** Where requests can be posted. */
  public List<String> paths() {
    return List.copyOf(paths.keySet());
  }

  /** An HTTP request; where the path has no dialect, failures are told natively. */
  public Exchange exchange(HttpRequest request) {
    Function<HttpRequest, DialectChoice> choice =
        paths.getOrDefault(request.path(), _ -> DialectChoice.always(nativeJson));
    return new Exchange(() -> request.json(strictJson), choice.apply(request), batch, limits);
  }

  /** A direct invoke, which is native. */
  public Exchange exchange(Event.Direct event) {
    return new Exchange(event::json, DialectChoice.always(nativeJson), batch, limits);
  }
}
