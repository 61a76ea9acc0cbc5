package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sixty candidates each in English, Chinese and Japanese, of numbers, code and emoji, under budgets
 * that leave time for some of them: those that are scored are the first stage's first. How many
 * that are is the machine's doing; the shortest are first, so a wrong order shows.
 */
class BudgetIT {
  private static final JsonMapper MAPPER = new JsonMapper();

  @ParameterizedTest
  @MethodSource("scripts")
  void theScoredAreTheFirstStagesFirst(ObjectNode request) {
    scoresTheFirst(request, 50);
  }

  @Thorough
  @ParameterizedTest
  @MethodSource("scripts")
  void theScoredAreTheFirstStagesFirstHoweverMuchTimeThereIs(ObjectNode request) {
    scoresTheFirst(request, 30, 50, 75, 150, 250);
  }

  private static void scoresTheFirst(ObjectNode request, int... percents) {
    Lambda.invoke(DefaultBundle.handler(), request.toString()); // the pace is known then
    long started = System.nanoTime();
    JsonNode full = Lambda.invoke(DefaultBundle.handler(), request.toString());
    long fullMillis = (System.nanoTime() - started) / 1_000_000;
    assertThat(full.path("usage").path("scored").asInt()).isEqualTo(60);
    Map<String, JsonNode> logits = new HashMap<>();
    full.path("results")
        .forEach(result -> logits.put(result.path("id").asText(), result.path("logit")));
    for (int percent : percents) {
      ObjectNode limited = request.deepCopy();
      limited.put("budget_ms", Math.max(1, fullMillis * percent / 100));
      JsonNode reply = Lambda.invoke(DefaultBundle.handler(), limited.toString());
      int scored = reply.path("usage").path("scored").asInt();
      Set<Integer> first = new HashSet<>();
      reply
          .path("results")
          .forEach(result -> {
            if (result.path("scored").asBoolean(true)) {
              first.add(result.path("index").asInt());
              assertThat(result.path("logit")).isEqualTo(logits.get(result.path("id").asText()));
            }
          });
      assertThat(first)
          .as("%d scored at %d %%", scored, percent)
          .hasSize(scored)
          .allMatch(index -> index < scored); // they are posted best first
      assertThat(reply.path("results")).hasSize(60);
      assertThat(reply.path("results").path(59).path("rank").asInt()).isEqualTo(60);
    }
  }

  /** Each of the entries has its budget, and all take turns with the threads. */
  @Test
  void entriesOfOneCallEachScoreTheFirst() throws IOException {
    ObjectNode call = MAPPER.createObjectNode().put("budget_ms", 1500);
    ArrayNode entries = call.putArray("requests");
    entries.addAll(requests());
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), call.toString());
    assertThat(reply.path("responses")).hasSize(6);
    for (JsonNode entry : reply.path("responses")) {
      int scored = entry.path("usage").path("scored").asInt();
      entry
          .path("results")
          .forEach(result ->
              assertThat(result.path("index").asInt() < scored)
                  .isEqualTo(result.path("scored").asBoolean(true)));
    }
  }

  static Stream<Named<ObjectNode>> scripts() throws IOException {
    return requests().stream()
        .map(request -> Named.of(request.at("/candidates/0/id").asText(), request));
  }

  private static List<ObjectNode> requests() throws IOException {
    List<ObjectNode> requests = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("events", "bench-scripts.jsonl"))) {
      requests.add((ObjectNode) MAPPER.readTree(line));
    }
    return requests;
  }
}
