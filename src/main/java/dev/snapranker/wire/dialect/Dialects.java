package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Limits;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.json.UnknownFields;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The dialect of each path. If services share a path, fields or headers that only one of them sends
 * decide. A path that begins with a service's name always uses its dialect.
 */
public final class Dialects {
  private final Dialect direct;
  private final Map<String, Function<HttpRequest, Dialect>> byPath = new LinkedHashMap<>();

  /**
   * All dialects.
   *
   * @param memoryMegabytes the function's memory, to compute the cost of a call; null outside of
   *     Lambda
   */
  public Dialects(Limits limits, ModelAliases aliases, @Nullable Integer memoryMegabytes) {
    NativeRequestJson requestJson = new NativeRequestJson(limits);
    NativeReplyJson replyJson = new NativeReplyJson(memoryMegabytes);
    Dialect single = new NativeJson(requestJson, replyJson, limits);
    Dialect batch = new BatchJson(requestJson, replyJson, limits);
    Dialect cohere1 = new CohereJson(CohereJson.Version.V1, aliases, limits);
    Dialect cohere2 = new CohereJson(CohereJson.Version.V2, aliases, limits);
    Dialect jina = new JinaJson(aliases, false, limits);
    Dialect voyage = new VoyageJson(aliases, UnknownFields.REFUSED, limits);
    Dialect likelyVoyage = new VoyageJson(aliases, UnknownFields.IGNORED, limits);
    Dialect tei = new TeiJson(limits);
    Dialect bedrock = new BedrockJson(aliases, limits);
    Dialect score = new VllmScoreJson(aliases, limits);
    Dialect weaviate = new WeaviateJson(limits);
    this.direct =
        new DialectByBody(single, json -> json.hasNonNull(BatchJson.REQUESTS) ? batch : single);
    Dialect byRequiredFields =
        new DialectByBody(
            single,
            json -> {
              if (json.hasNonNull("candidates") || json.hasNonNull(BatchJson.REQUESTS)) {
                return direct;
              }
              if (json.hasNonNull("texts")) {
                return tei;
              }
              if (json.hasNonNull("queries") || json.hasNonNull("sources")) {
                return bedrock;
              }
              if (json.hasNonNull(WeaviateJson.PROPERTY)) {
                return weaviate;
              }
              return json.hasNonNull("documents") ? jina : single;
            });
    byPath.put("/rerank", _ -> byRequiredFields);
    byPath.put(
        "/v1/rerank",
        request ->
            isCohereClient(request)
                ? cohere1
                : new DialectByBody(
                    jina,
                    json -> {
                      if (hasOnlyTexts(json)) {
                        return tei;
                      }
                      return isVoyage(json) ? likelyVoyage : jina;
                    }));
    byPath.put(
        "/v2/rerank",
        request ->
            isCohereClient(request)
                ? cohere2
                : new DialectByBody(cohere2, json -> VllmFields.arePresent(json) ? jina : cohere2));
    byPath.put("/score", _ -> score);
    byPath.put("/v1/score", _ -> score);
    byPath.put("/cohere/v1/rerank", _ -> cohere1);
    byPath.put("/cohere/v2/rerank", _ -> cohere2);
    Dialect onlyJina = new JinaJson(aliases, true, limits);
    byPath.put("/jina/v1/rerank", _ -> onlyJina);
    byPath.put("/voyage/v1/rerank", _ -> voyage);
    byPath.put("/tei/rerank", _ -> tei);
    byPath.put("/bedrock/rerank", _ -> bedrock);
    byPath.put("/weaviate/rerank", _ -> weaviate);
    byPath.put("/vllm/rerank", _ -> jina);
    byPath.put("/vllm/v1/rerank", _ -> jina);
    byPath.put("/vllm/v2/rerank", _ -> jina);
    byPath.put("/vllm/score", _ -> score);
    byPath.put("/vllm/v1/score", _ -> score);
    Dialect infinity = new InfinityJson(aliases, limits);
    byPath.put("/infinity/rerank", _ -> infinity);
  }

  /** Like llama.cpp, which accepts TEI's requests on all its paths and then replies like TEI. */
  private static boolean hasOnlyTexts(JsonNode json) {
    return json.hasNonNull("texts") && !json.hasNonNull("documents");
  }

  /**
   * Only Voyage has these fields, and models with such names: rerank-2.5, rerank-lite-1. A request
   * with {@code top_n} is not Voyage's, because Voyage has no such field.
   */
  private static boolean isVoyage(JsonNode json) {
    return !json.hasNonNull("top_n")
        && (json.hasNonNull("top_k")
            || json.hasNonNull("truncation")
            || json.path("model").asText().matches("rerank-(lite-)?\\d.*"));
  }

  /** Cohere's own clients identify themselves in a header. */
  private static boolean isCohereClient(HttpRequest request) {
    return request.header("x-client-name") != null
        || request.headers().getOrDefault("x-fern-sdk-name", "").contains("cohere");
  }

  /** For each path that accepts ranking requests, the choice of a request's dialect. */
  public Map<String, Function<HttpRequest, Dialect>> byPath() {
    return Collections.unmodifiableMap(byPath); // in this order
  }

  /** The native dialect: for direct invokes, and for failures on paths without a dialect. */
  public Dialect direct() {
    return direct;
  }
}
