package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passages, duplicates, explanations, several queries and the score cache, with the real model. */
class QualityTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String QUERY = "how do I undo the last git commit";
  private static final String ANSWER =
      "Run git reset --soft HEAD~1: the last commit goes away and its changes stay staged.";
  private static final String FILLER =
      "The banana is botanically a berry 🍌, although hardly anybody calls it one. ";

  @Test
  void aLongDocumentIsFoundByItsBestPassage() {
    String text = FILLER.repeat(22) + ANSWER + " " + FILLER.repeat(22);
    ObjectNode request = request(QUERY, text, "git log lists the commits, newest first.");
    assertThat(post(request).at("/results/0/id").asText()).isEqualTo("1");
    request.putObject("passages").put("max_tokens", 64).put("stride", 32);
    JsonNode reply = post(request);
    JsonNode best = reply.at("/results/0");
    assertThat(best.path("id").asText()).isEqualTo("0");
    assertThat(best.path("truncated").asBoolean()).isFalse();
    assertThat(best.path("tokens_kept")).isEqualTo(best.path("tokens_total"));
    int start = best.at("/best_passage/start").asInt();
    int end = best.at("/best_passage/end").asInt();
    int[] characters = text.codePoints().toArray();
    String passage = new String(characters, start, end - start);
    assertThat(passage).contains(ANSWER);
    assertThat(reply.at("/usage/passages").asInt()).isGreaterThan(20);
    // The passage scores as if it were a document of its own.
    assertThat(post(request(QUERY, passage)).at("/results/0/logit")).isEqualTo(best.path("logit"));
  }

  @Test
  void aggregatesAreTakenOverTheLogitsOfThePassages() {
    String text = ANSWER + " " + FILLER.repeat(4) + ANSWER + " " + FILLER.repeat(4);
    Map<String, Double> logits = new HashMap<>();
    for (String aggregate : List.of("max", "first", "mean-top-2")) {
      ObjectNode request = request(QUERY, text);
      request.putObject("passages").put("max_tokens", 24).put("aggregate", aggregate);
      logits.put(aggregate, post(request).at("/results/0/logit").asDouble());
    }
    assertThat(logits.get("mean-top-2")).isLessThanOrEqualTo(logits.get("max"));
    assertThat(logits.get("first")).isLessThanOrEqualTo(logits.get("max"));
    ObjectNode first = request(QUERY, text);
    first.putObject("passages").put("max_tokens", 24).put("aggregate", "first");
    JsonNode reply = post(first);
    assertThat(reply.at("/usage/passages").asInt()).isEqualTo(1);
    assertThat(reply.at("/results/0/truncated").asBoolean()).isTrue();
  }

  @Test
  void cutTextsAreReported() {
    JsonNode result = post(request(QUERY, FILLER.repeat(70))).at("/results/0");
    assertThat(result.path("truncated").asBoolean()).isTrue();
    assertThat(result.path("tokens_kept").asInt()).isBetween(400, 512);
    assertThat(result.path("tokens_total").asInt()).isGreaterThan(1000);
    assertThat(result.has("best_passage")).isFalse();
  }

  @Test
  void theSameTextIsScoredOnce() {
    JsonNode once = post(request(QUERY, ANSWER, FILLER));
    JsonNode reply = post(request(QUERY, ANSWER, FILLER, ANSWER, ANSWER + " "));
    assertThat(reply.at("/usage/duplicates").asInt()).isEqualTo(1);
    assertThat(reply.at("/usage/scored").asInt()).isEqualTo(4);
    assertThat(reply.at("/usage/passages").asInt()).isEqualTo(3);
    assertThat(reply.at("/usage/tokens").asInt())
        .isEqualTo(
            once.at("/usage/tokens").asInt()
                + post(request(QUERY, ANSWER)).at("/usage/tokens").asInt());
    assertThat(reply.at("/results/0/id").asText()).isEqualTo("0");
    assertThat(reply.at("/results/1/id").asText()).isEqualTo("2");
    assertThat(reply.at("/results/1/logit")).isEqualTo(reply.at("/results/0/logit"));
  }

  @Test
  void anExplanationNamesTheSentenceThatCounts() {
    String text = FILLER + ANSWER + " " + FILLER;
    ObjectNode request = request(QUERY, text, FILLER, ANSWER, "git log", "git stash");
    JsonNode plain = post(request);
    JsonNode reply = post(request.put("explain", true));
    assertThat(ids(reply)).isEqualTo(ids(plain));
    JsonNode result =
        Stream.iterate(0, i -> i + 1)
            .map(i -> reply.path("results").path(i))
            .filter(r -> r.path("id").asText().equals("0"))
            .findFirst()
            .orElseThrow();
    JsonNode sentence = result.at("/explain/sentences/0");
    int[] characters = text.codePoints().toArray();
    int start = sentence.path("start").asInt();
    assertThat(new String(characters, start, sentence.path("end").asInt() - start))
        .isEqualTo(ANSWER);
    assertThat(sentence.path("drop").asDouble()).isGreaterThan(1);
    assertThat(result.at("/explain/stages/0/logit")).isEqualTo(result.path("logit"));
    assertThat(result.at("/explain/stages/0/model").asText()).isEqualTo("snap-base");
    // Without the sentence the text is the two others.
    JsonNode without = post(request(QUERY, FILLER + FILLER)).at("/results/0/logit");
    assertThat(result.path("logit").floatValue() - without.floatValue())
        .isEqualTo(sentence.path("drop").floatValue());
    long more = reply.at("/usage/explain/tokens").asLong();
    assertThat(more).isPositive();
    assertThat(reply.at("/usage/tokens").asLong())
        .isEqualTo(plain.at("/usage/tokens").asLong() + more);
    assertThat(reply.at("/usage/explain/passages").asInt()).isEqualTo(3);
    assertThat(reply.at("/results/3/explain/sentences")).isEmpty();
  }

  @Test
  void explanationsAreBounded() {
    ObjectNode request = request(QUERY, FILLER.repeat(9), ANSWER.repeat(3), "One. ".repeat(90));
    JsonNode reply = post(request.put("explain", true));
    assertThat(reply.at("/usage/explain/passages").asInt()).isBetween(3, 3 * 16);
    reply
        .path("results")
        .forEach(
            result -> assertThat(result.at("/explain/sentences").size()).isLessThanOrEqualTo(3));
  }

  @Test
  void severalQueriesGetWhatEachWouldGetAlone() {
    ObjectNode batch = MAPPER.createObjectNode().put("top_k", 2);
    ArrayNode requests = batch.putArray("requests");
    List<ObjectNode> alone =
        Stream.of(QUERY, "what is a banana", "capital of Australia")
            .map(query -> request(query, ANSWER, FILLER, "Canberra is the capital."))
            .toList();
    alone.forEach(requests::add);
    requests.addObject().put("query", " ").putArray("candidates").add("a");
    JsonNode reply = post(batch);
    assertThat(reply.path("responses")).hasSize(4);
    for (int i = 0; i < 3; i++) {
      assertThat(reply.path("responses").path(i).path("results"))
          .isEqualTo(post(alone.get(i).deepCopy().put("top_k", 2)).path("results"));
    }
    assertThat(reply.at("/responses/3/error/code").asText()).isEqualTo("empty");
    assertThat(reply.at("/responses/3/error/field").asText()).isEqualTo("requests[3].query");
    assertThat(reply.at("/usage/requests").asInt()).isEqualTo(4);
    assertThat(reply.at("/usage/failed").asInt()).isEqualTo(1);
    assertThat(reply.at("/usage/candidates").asInt()).isEqualTo(9);
  }

  @Test
  void severalQueriesMayShareTheirCandidates() {
    ObjectNode batch = request("", ANSWER, FILLER).put("return_text", true);
    batch.remove("query");
    batch.putArray("requests").addObject().put("query", QUERY);
    batch.withArray("requests").addObject().put("query", "which fruit is a berry");
    JsonNode reply = post(batch);
    assertThat(reply.at("/responses/0/results/0/text").asText()).isEqualTo(ANSWER);
    assertThat(reply.at("/responses/1/results/0/text").asText()).isEqualTo(FILLER);
  }

  @Test
  void aWarmEnvironmentMayKnowScores() throws IOException {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("SCORE_CACHE_MB", "1");
    try (RerankHandler handler = new RerankHandler(Settings.from(environment))) {
      Path manifest = DefaultBundle.directory().resolve("reranker.json");
      JsonNode golden = MAPPER.readTree(manifest.toFile()).at("/golden/0"); // it was rehearsed
      ObjectNode rehearsed =
          request(golden.path("query").asText(), golden.path("document").asText());
      assertThat(Lambda.invoke(handler, rehearsed.toString()).at("/usage/cached").asInt()).isZero();
      JsonNode first = Lambda.invoke(handler, request(QUERY, ANSWER, FILLER).toString());
      assertThat(first.at("/usage/cached").asInt()).isZero();
      JsonNode second =
          Lambda.invoke(handler, request(QUERY, FILLER, ANSWER, "Canberra").toString());
      assertThat(second.at("/usage/cached").asInt()).isEqualTo(2);
      assertThat(second.at("/usage/passages").asInt()).isEqualTo(3);
      assertThat(second.at("/usage/tokens").asInt())
          .isEqualTo(post(request(QUERY, "Canberra")).at("/usage/tokens").asInt());
      assertThat(second.at("/results/0/logit")).isEqualTo(first.at("/results/0/logit"));
      assertThat(
              Lambda.invoke(handler, request("undo", ANSWER).toString())
                  .at("/usage/cached")
                  .asInt())
          .isZero();
    }
  }

  @Test
  void aCalibratedBundleGivesProbabilities(@TempDir Path bundle) throws IOException {
    try (Stream<Path> files = Files.list(DefaultBundle.directory())) {
      for (Path file : files.toList()) {
        Files.copy(file, bundle.resolve(file.getFileName()));
      }
    }
    Path manifest = bundle.resolve("reranker.json");
    ObjectNode json = (ObjectNode) MAPPER.readTree(Files.readString(manifest));
    json.putObject("calibration").put("type", "platt").put("a", 0.5).put("b", -2);
    Files.writeString(manifest, json.toString());
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", bundle.toString());
    try (RerankHandler handler = new RerankHandler(Settings.from(environment))) {
      JsonNode plain = post(request(QUERY, ANSWER, FILLER));
      JsonNode calibrated = Lambda.invoke(handler, request(QUERY, ANSWER, FILLER).toString());
      assertThat(ids(calibrated)).isEqualTo(ids(plain));
      for (JsonNode result : calibrated.path("results")) {
        double logit = result.path("logit").floatValue();
        assertThat(result.path("score").asDouble())
            .isCloseTo(1 / (1 + Math.exp(2 - 0.5 * logit)), within(1e-12));
      }
      double first = calibrated.at("/results/0/score").asDouble();
      assertThat(first).isLessThan(plain.at("/results/0/score").asDouble());
      ObjectNode atLeast = request(QUERY, ANSWER, FILLER).put("min_score", first);
      assertThat(Lambda.invoke(handler, atLeast.toString()).path("results")).hasSize(1);
      ObjectNode more = request(QUERY, ANSWER, FILLER).put("min_score", first + 1e-6);
      assertThat(Lambda.invoke(handler, more.toString()).path("results")).isEmpty();
    }
  }

  private static List<String> ids(JsonNode reply) {
    return reply.path("results").valueStream().map(result -> result.path("id").asText()).toList();
  }

  private static JsonNode post(ObjectNode request) {
    JsonNode reply = Api.post("/rerank", request.toString());
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(200);
    return Lambda.body(reply);
  }

  private static ObjectNode request(String query, String... documents) {
    ObjectNode request = MAPPER.createObjectNode().put("query", query);
    ArrayNode candidates = request.putArray("candidates");
    Stream.of(documents).forEach(candidates::add);
    return request;
  }
}
