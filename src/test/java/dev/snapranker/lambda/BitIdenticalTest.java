package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A document's logit is the same alone, in any list, in any order, under concurrency. */
class BitIdenticalTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static String query;
  private static final List<String> texts = new ArrayList<>();
  private static final Map<String, String> alone = new HashMap<>(); // text → logit as written

  @BeforeAll
  static void scoreEachAlone() throws IOException {
    JsonNode batch = MAPPER.readTree(Files.readString(Path.of("events", "batch-100.json")));
    query = batch.path("query").asText();
    for (JsonNode candidate : batch.path("candidates")) {
      texts.add(candidate.path("text").asText());
    }
    texts.add("short");
    texts.add("Überlänge " + "und noch ein Wort ".repeat(300));
    for (String text : texts) {
      alone.putAll(logits(List.of(text)));
    }
  }

  @Test
  void inAnyListAndOrder() {
    Random random = new Random(20_261_124);
    for (int round = 0; round < 12; round++) {
      assertSameBits(randomList(random));
    }
  }

  @Test
  void underConcurrency() {
    Random random = new Random(4);
    List<CompletableFuture<Void>> requests = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      List<String> list = randomList(random);
      requests.add(CompletableFuture.runAsync(() -> assertSameBits(list)));
    }
    requests.forEach(CompletableFuture::join);
  }

  private static List<String> randomList(Random random) {
    List<String> list = new ArrayList<>(texts);
    Collections.shuffle(list, random);
    return list.subList(0, 1 + random.nextInt(60));
  }

  private static void assertSameBits(List<String> list) {
    logits(list).forEach((text, logit) -> assertThat(logit).isEqualTo(alone.get(text)));
  }

  private static Map<String, String> logits(List<String> list) {
    ObjectNode request = MAPPER.createObjectNode().put("query", query).put("return_text", true);
    ArrayNode candidates = request.putArray("candidates");
    list.forEach(candidates::add);
    Map<String, String> logits = new HashMap<>();
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), request.toString());
    for (JsonNode result : reply.path("results")) {
      logits.put(result.path("text").asText(), result.path("logit").toString());
    }
    assertThat(logits).hasSize(list.size());
    return logits;
  }
}
