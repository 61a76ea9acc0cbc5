package dev.snapranker.rehearse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.api.Limits;
import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.Api;
import dev.snapranker.lambda.RerankHandler;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.wire.event.Event;
import dev.snapranker.wire.json.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RehearsalTest {
  private static final Manifest MANIFEST = ModelLoader.load(DefaultBundle.directory()).manifest();
  private static final Limits LIMITS = DefaultBundle.settings().limits();
  private static final List<String> EVENTS =
      new Rehearsal(MANIFEST, List.of(), LIMITS, _ -> {}).allEvents();
  private static final StrictJson STRICT_JSON = new StrictJson(DefaultBundle.settings().limits());

  @Test
  void everyRouteIsPlayedInBothPayloadFormatsAndByDirectInvokeAndSoIsAWarmUp() {
    Set<String> routes = new TreeSet<>();
    Set<String> formats = new HashSet<>();
    for (String event : EVENTS) {
      switch (Event.read(event.getBytes(StandardCharsets.UTF_8), STRICT_JSON)) {
        case Event.Direct _ -> formats.add("direct");
        case Event.Http http -> {
          routes.add(http.request().method() + " " + http.request().path());
          formats.add(event.startsWith("{\"version\":\"2.0\"") ? "2.0" : "1.0");
          formats.add(http.request().base64() ? "base64" : "text");
        }
        case Event.Slice _ -> formats.add("slice");
        case Event.WarmUp _ -> formats.add("warm-up");
        case Event.Foreign foreign -> formats.add(foreign.what());
      }
    }
    Set<String> served = new TreeSet<>();
    Lambda.body(Api.get("/")).path("routes").forEach(route -> served.add(route.asText()));
    assertThat(routes).isEqualTo(served);
    assertThat(formats)
        .containsExactlyInAnyOrder("direct", "1.0", "2.0", "text", "base64", "warm-up");
  }

  @Test
  void everyDialectIsAnsweredAndRefusedOnce() {
    Set<String> answered = new TreeSet<>();
    Set<String> refused = new TreeSet<>();
    for (String event : EVENTS) {
      JsonNode reply = Lambda.invoke(DefaultBundle.handler(), event);
      String path = json(event).path("rawPath").asText();
      int status = reply.path("statusCode").asInt(200);
      assertThat(status).as(reply.toString()).isLessThan(500);
      (status < 300 ? answered : refused).add(path);
    }
    assertThat(answered).containsAll(refused);
    assertThat(refused)
        .contains(
            "/rerank",
            "/v1/rerank",
            "/v2/rerank",
            "/cohere/v1/rerank",
            "/jina/v1/rerank",
            "/voyage/v1/rerank",
            "/tei/rerank",
            "/bedrock/rerank",
            "/infinity/rerank",
            "/score",
            "/v1/score",
            "/weaviate/rerank");
  }

  @Test
  void documentsOfAllLengthsArePlayed() {
    JsonNode lengths =
        EVENTS.stream()
            .map(RehearsalTest::json)
            .filter(event -> event.has("candidates"))
            .findFirst()
            .orElseThrow();
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), lengths.toString());
    assertThat(reply.path("usage").path("candidates").asInt()).isEqualTo(10); // 1, 2, 4 … 512 words
    assertThat(reply.path("usage").path("truncated").asInt()).isPositive();
  }

  /** Even with tight limits; otherwise nothing would be scored before the first caller. */
  @ParameterizedTest
  @CsvSource({"1, 32768, 32768, 6291456", "5, 20, 20, 6291456", "1000, 32768, 32768, 1024"})
  void itsOwnRequestsKeepToTheLimits(int candidates, int textChars, int queryChars, int bytes) {
    Limits tight = new Limits(candidates, textChars, queryChars, bytes, 64, 32, 32);
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MAX_CANDIDATES", "" + candidates);
    environment.put("MAX_CANDIDATE_CHARS", "" + textChars);
    environment.put("MAX_QUERY_CHARS", "" + queryChars);
    environment.put("MAX_PAYLOAD_BYTES", "" + bytes);
    try (RerankHandler handler = new RerankHandler(Settings.from(environment))) {
      new Rehearsal(
              MANIFEST,
              List.of(),
              tight,
              event -> {
                JsonNode reply = Lambda.invoke(handler, event);
                assertThat(reply.path("statusCode").asInt(200)).as(reply.toString()).isEqualTo(200);
              })
          .playShort();
    }
  }

  /** Lambda ends a restore that takes longer than 10 s, however slow the model is. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void whatRunsAfterARestoreHasALimitOfSeconds(int others) {
    List<JsonNode> requests = new ArrayList<>();
    List<String> models = IntStream.range(0, others).mapToObj(i -> "model-" + i).toList();
    new Rehearsal(
            MANIFEST,
            models,
            LIMITS,
            event -> {
              JsonNode json = json(new String(event, StandardCharsets.UTF_8));
              requests.add(json.has("body") ? json(json.path("body").asText()) : json);
            })
        .playShort();
    assertThat(requests).hasSize(2 * (1 + others));
    for (int i = 0; i < requests.size(); i += 2) {
      assertThat(requests.get(i).has("budget_ms")).as("one pair takes what it takes").isFalse();
      assertThat(requests.get(i).path("candidates")).hasSize(1);
      assertThat(requests.get(i + 1).path("budget_ms").asInt()).isPositive();
    }
    assertThat(requests.stream().mapToInt(request -> request.path("budget_ms").asInt()).sum())
        .isLessThanOrEqualTo(5_000);
  }

  @Test
  void aDefectFailsTheRehearsal() {
    Rehearsal rehearsal =
        new Rehearsal(
            MANIFEST,
            List.of(),
            LIMITS,
            _ -> {
              throw new IllegalStateException("defect");
            });
    assertThatThrownBy(rehearsal::playShort).hasMessage("defect");
  }

  private static JsonNode json(String text) {
    try {
      return new JsonMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
