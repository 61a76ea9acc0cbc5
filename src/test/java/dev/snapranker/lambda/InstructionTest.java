package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.Lambda.TestContext;
import dev.snapranker.TinyBundle;
import dev.snapranker.boot.Settings;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A function with a decoder, after a quick model: each option with a query that is shared. */
class InstructionTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String QUERY = "what makes bread rise";
  private static final String REFUTE = "Given a claim, find sentences that refute it";
  private static final List<String> TEXTS =
      IntStream.range(0, 40)
          .mapToObj(i -> "Yeast makes gas. " + "It bakes bread. ".repeat(i % 7) + "Text " + i + ".")
          .toList();

  @TempDir private static Path folder;
  private static RerankHandler handler;
  private static RerankHandler caching;

  @BeforeAll
  static void start() throws IOException {
    for (String family : List.of("qwen3", "qwen2")) {
      Path decoder = Files.createDirectories(folder.resolve(family));
      Path original = Path.of("src", "test", "resources", "families", family);
      for (String file : List.of("reranker.json", "model.onnx", "tokenizer.json")) {
        Files.copy(original.resolve(file), decoder.resolve(file));
      }
    }
    TinyBundle.write(folder.resolve("tiny"), "1");
    handler = handler("0");
    caching = handler("1");
  }

  private static RerankHandler handler(String cacheMegabytes) {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", folder.toString());
    environment.put("STAGES", "qwen3");
    environment.put("SCORE_CACHE_MB", cacheMegabytes);
    return new RerankHandler(Settings.from(environment));
  }

  @AfterAll
  static void stop() {
    handler.close();
    caching.close();
  }

  @Test
  void eachCandidateHasTheBitsThatItHasAlone() {
    JsonNode together = rank(request(TEXTS));
    assertThat(together.path("results")).hasSize(TEXTS.size());
    int shared = 0;
    for (JsonNode result : together.path("results")) {
      JsonNode alone = rank(request(List.of(TEXTS.get(result.path("index").asInt()))));
      assertThat(alone.at("/results/0/logit")).isEqualTo(result.path("logit"));
      shared += alone.at("/usage/tokens").asInt();
    }
    // Alone, the query is read 40 times.
    int tokens = together.at("/usage/tokens").asInt();
    int query = (shared - tokens) / (TEXTS.size() - 1);
    assertThat(query).isBetween(20, 60);
    assertThat(shared - tokens).isEqualTo(query * (TEXTS.size() - 1));
  }

  @Test
  void requestsAtTheSameTimeHaveTheBitsThatEachHasAlone() {
    List<ObjectNode> requests =
        IntStream.range(0, 12)
            .mapToObj(i ->
                request(TEXTS.subList(i, i + 9))
                    .put("query", QUERY + " " + i)
                    .put("instruction", i % 2 == 0 ? REFUTE : "Find " + i))
            .toList();
    List<JsonNode> alone = requests.stream().map(request -> rank(request).path("results")).toList();
    List<CompletableFuture<JsonNode>> together =
        requests.stream()
            .map(request -> CompletableFuture.supplyAsync(() -> rank(request).path("results")))
            .toList();
    assertThat(together.stream().map(CompletableFuture::join)).isEqualTo(alone);
  }

  @Test
  void anInstructionChangesTheLogitsAndTheBundlesOwnDoesNot() throws IOException {
    JsonNode plain = rank(request(TEXTS.subList(0, 3))).path("results");
    assertThat(rank(request(TEXTS.subList(0, 3)).put("instruction", REFUTE)).path("results"))
        .isNotEqualTo(plain);
    String own =
        MAPPER
            .readTree(folder.resolve("qwen3").resolve("reranker.json").toFile())
            .at("/pair/instruction")
            .asText();
    assertThat(rank(request(TEXTS.subList(0, 3)).put("instruction", own)).path("results"))
        .isEqualTo(plain);
  }

  @Test
  void entriesOfABatchHaveInstructionsOfTheirOwn() {
    ObjectNode batch = request(TEXTS.subList(0, 4)).put("instruction", REFUTE);
    ArrayNode entries = batch.putArray("requests");
    entries.addObject();
    entries.addObject().put("instruction", "Find recipes");
    entries.addObject().put("instruction", " ");
    JsonNode replies = Lambda.invoke(handler, batch.toString()).path("responses");
    for (int i = 0; i < 2; i++) {
      String instruction = i == 0 ? REFUTE : "Find recipes";
      assertThat(replies.path(i).path("results"))
          .isEqualTo(
              rank(request(TEXTS.subList(0, 4)).put("instruction", instruction)).path("results"));
    }
    assertThat(replies.at("/2/error/field").asText()).isEqualTo("requests[2].instruction");
    assertThat(replies.at("/2/error/code").asText()).isEqualTo("empty");
  }

  @Test
  void theCacheKnowsAPairUnderItsInstructionOnly() {
    ObjectNode request = request(TEXTS.subList(0, 5));
    JsonNode first = Lambda.invoke(caching, request.toString());
    JsonNode again = Lambda.invoke(caching, request.toString());
    assertThat(again.at("/usage/cached").asInt()).isEqualTo(5);
    assertThat(again.at("/usage/tokens").asInt()).isZero();
    assertThat(again.path("results")).isEqualTo(first.path("results"));
    JsonNode other = Lambda.invoke(caching, request.put("instruction", REFUTE).toString());
    assertThat(other.at("/usage/cached").asInt()).isZero();
    assertThat(other.path("results")).isEqualTo(rank(request).path("results"));
  }

  @Test
  void aStageOfACascadeMayTakeTheInstruction() {
    ObjectNode request = request(TEXTS).put("instruction", REFUTE);
    request.putArray("stages").addObject().put("model", "tiny").put("keep", 6);
    request.withArray("stages").addObject().put("model", "qwen3");
    JsonNode reply = rank(request);
    assertThat(reply.at("/usage/stages/1/scored").asInt()).isEqualTo(6);
    JsonNode best = reply.at("/results/0");
    ObjectNode alone = request(List.of(TEXTS.get(best.path("index").asInt())));
    assertThat(rank(alone.put("instruction", REFUTE)).at("/results/0/logit"))
        .isEqualTo(best.path("logit"));
    assertThat(reply.path("warnings")).isEmpty();
  }

  @Test
  void roundsUntilTheBestAreFoundHaveTheBitsOfOneRound() {
    ObjectNode request = request(TEXTS);
    ObjectNode tiny = request.putArray("stages").addObject().put("model", "tiny").put("keep", 3);
    request.withArray("stages").addObject().put("model", "qwen3");
    tiny.put("target_recall", 0.999);
    JsonNode inRounds = rank(request);
    int scored = inRounds.at("/usage/stages/1/scored").asInt();
    assertThat(scored).isGreaterThan(3 + 10); // so there were two rounds or more
    assertThat(inRounds.at("/usage/early_exits").asInt()).isEqualTo(TEXTS.size() - scored);
    tiny.put("keep", scored).remove("target_recall");
    JsonNode inOne = rank(request);
    assertThat(inRounds.path("results")).isEqualTo(inOne.path("results"));
    assertThat(inRounds.at("/usage/tokens")).isEqualTo(inOne.at("/usage/tokens"));
  }

  /** Their tokenizer is the same, so a model with the same prompt would share the tokens. */
  @Test
  void aLaterStageReadsTheTextsInItsOwnPrompt() {
    ObjectNode request = request(TEXTS.subList(0, 8));
    request.putArray("stages").addObject().put("model", "qwen3").put("keep", 3);
    request.withArray("stages").addObject().put("model", "qwen2");
    JsonNode results = rank(request).path("results");
    for (int place : List.of(0, 3)) {
      ObjectNode alone =
          request(List.of(TEXTS.get(results.at("/%d/index".formatted(place)).asInt())));
      alone.put("model", place == 0 ? "qwen2" : "qwen3");
      assertThat(rank(alone).at("/results/0/logit"))
          .isEqualTo(results.at("/%d/logit".formatted(place)));
    }
  }

  @Test
  void passagesOfALongTextAreScoredLikeTextsOfTheirOwn() {
    String text = String.join(" ", TEXTS.subList(0, 9));
    ObjectNode request = request(List.of(text));
    request.putObject("passages").put("max_tokens", 40);
    JsonNode result = rank(request).at("/results/0");
    assertThat(result.path("truncated").asBoolean()).isFalse();
    JsonNode place = result.path("best_passage");
    String best = text.substring(place.path("start").asInt(), place.path("end").asInt());
    assertThat(best).startsWith("Yeast").endsWith(".");
    assertThat(rank(request(List.of(best))).at("/results/0/logit")).isEqualTo(result.path("logit"));
  }

  @Test
  void explanationsNamePlacesInTheText() {
    ObjectNode request = request(List.of(TEXTS.get(5))).put("explain", true);
    JsonNode reply = rank(request);
    assertThat(reply.at("/usage/explain/passages").asInt()).isEqualTo(7); // a sentence each
    for (JsonNode sentence : reply.at("/results/0/explain/sentences")) {
      String without =
          TEXTS.get(5).substring(0, sentence.path("start").asInt())
              + TEXTS.get(5).substring(sentence.path("end").asInt());
      assertThat(
              TEXTS.get(5).substring(sentence.path("start").asInt(), sentence.path("end").asInt()))
          .endsWith(".");
      assertThat(without).isNotEqualTo(TEXTS.get(5));
    }
  }

  @Test
  void aRequestThatRunsOutOfTimeLeavesNothingBehind() {
    for (int millis : new int[] {1, 2, 3, 5, 8, 13}) {
      JsonNode reply = rank(request(TEXTS).put("budget_ms", millis));
      assertThat(reply.path("results")).hasSize(TEXTS.size());
    }
    assertThat(rank(request(TEXTS)).at("/usage/scored").asInt()).isEqualTo(TEXTS.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {110, 130, 200})
  void aLimitOnPairsHolds(int limit) throws IOException {
    ObjectNode request =
        MAPPER.createObjectNode().put("query", "bread ".repeat(60)).put("instruction", "Find it");
    request.put("truncate_prompt_tokens", limit).putArray("documents").add(TEXTS.get(6).repeat(9));
    JsonNode reply = post("/v1/rerank", request.toString());
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(200);
    int readAtLoad =
        MAPPER
            .readTree(folder.resolve("qwen3").resolve("reranker.json").toFile())
            .at("/pair/before")
            .size();
    assertThat(Lambda.body(reply).at("/usage/total_tokens").asInt()).isEqualTo(limit - readAtLoad);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/v2/rerank", "/rerank", "/score", "/vllm/v1/rerank"})
  void vllmsClientsSendInstructions(String path) throws IOException {
    String documents = MAPPER.writeValueAsString(TEXTS.subList(0, 3));
    String request =
        "{\"%s\": \"%s\", \"documents\": %s, \"use_activation\": false, \"instruction\": \"%s\"}";
    String query = path.equals("/score") ? "queries" : "query";
    JsonNode reply = post(path, request.formatted(query, QUERY, documents, REFUTE));
    ObjectNode nativeRequest = request(TEXTS.subList(0, 3)).put("instruction", REFUTE);
    JsonNode expected = rank(nativeRequest.put("raw_scores", true));
    List<Float> logits = new ArrayList<>();
    for (JsonNode result : expected.path("results")) {
      logits.add(result.path("score").floatValue());
    }
    JsonNode body = Lambda.body(reply);
    List<Float> scores = new ArrayList<>();
    for (JsonNode result : body.path(path.equals("/score") ? "data" : "results")) {
      scores.add(result.path(path.equals("/score") ? "score" : "relevance_score").floatValue());
    }
    assertThat(scores).hasSize(3).containsExactlyInAnyOrderElementsOf(logits);
    JsonNode none = post(path, request.formatted(query, QUERY, documents, ""));
    assertThat(none.path("statusCode").asInt()).isEqualTo(200);
    assertThat(none.path("headers").has("x-snapranker-warnings")).isFalse();
  }

  @Test
  void aModelWithoutInstructionRefusesItInTheNativeApi() {
    JsonNode reply =
        Api.post("/rerank", "{\"query\": \"q\", \"candidates\": [\"a\"], \"instruction\": \"x\"}");
    assertThat(reply.path("statusCode").asInt()).isEqualTo(422);
    assertThat(Lambda.body(reply).path("error").path("message").asText())
        .isEqualTo(
            "instruction is set, but 'snap-base' takes no instruction; leave it out, or use a model that takes one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/v2/rerank"})
  void aModelWithoutInstructionIgnoresItWithAWarningElsewhere(String path) {
    JsonNode reply =
        Api.post(path, "{\"query\": \"q\", \"documents\": [\"a\"], \"instruction\": \"x\"}");
    assertThat(reply.path("statusCode").asInt()).isEqualTo(200);
    assertThat(reply.path("headers").path("x-snapranker-warnings").asText())
        .isEqualTo("[\"instruction was ignored, because 'snap-base' takes no instruction\"]");
  }

  @Test
  void aLongInstructionIsRefused() {
    assertThat(error(request(TEXTS).put("instruction", "x".repeat(2_001))))
        .isEqualTo("instruction has 2001 characters; expected at most 2000");
    String tooLong =
        "instruction has %d tokens; expected at most 80, because it shares half of the model's window of 256 with the query";
    for (int tokens : new int[] {81, 200}) {
      ObjectNode request = request(TEXTS.subList(0, 1)).put("instruction", "a".repeat(tokens));
      assertThat(error(request)).isEqualTo(tooLong.formatted(tokens));
      String posted = request.put("truncate_prompt_tokens", 100).toString();
      JsonNode vllm = post("/vllm/v1/rerank", posted.replace("candidates", "documents"));
      assertThat(Lambda.body(vllm).at("/error/message").asText())
          .isEqualTo("invalid request: " + tooLong.formatted(tokens));
    }
    assertThat(
            rank(request(TEXTS.subList(0, 1)).put("instruction", "a".repeat(80)))
                .at("/usage/scored")
                .asInt())
        .isOne();
    assertThat(error(request(TEXTS).put("instruction", "x".repeat(2_000))))
        .endsWith(" with the query");
    assertThat(error(request(TEXTS).put("instruction", 5)))
        .isEqualTo("instruction is an integer; expected a string");
  }

  private static String error(ObjectNode request) {
    return Lambda.invoke(handler, request.toString()).at("/error/message").asText();
  }

  private static ObjectNode request(List<String> texts) {
    ObjectNode request = MAPPER.createObjectNode().put("query", QUERY);
    texts.forEach(request.putArray("candidates")::add);
    return request;
  }

  private static JsonNode rank(ObjectNode request) {
    JsonNode reply = Lambda.invoke(handler, request.toString());
    assertThat(reply.has("error")).as(reply.toString()).isFalse();
    return reply;
  }

  private static JsonNode post(String path, String body) {
    HttpRequest request = new HttpRequest("POST", path, Map.of(), body, false);
    return Lambda.invoke(
        handler,
        Payload2.event(request, "", "192.0.2.1").getBytes(StandardCharsets.UTF_8),
        new TestContext(30_000));
  }
}
