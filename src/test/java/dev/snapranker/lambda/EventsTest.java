package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in {@code events/} through the handler. */
class EventsTest {
  private static final Path EVENTS = Path.of("events");

  static Stream<Path> good() throws IOException {
    return json(EVENTS);
  }

  static Stream<Path> bad() throws IOException {
    return json(EVENTS.resolve("bad"));
  }

  @ParameterizedTest
  @MethodSource("good")
  void aGoodEventIsAnswered(Path file) throws IOException {
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), Files.readAllBytes(file));
    JsonNode answer = reply.has("body") ? Lambda.body(reply) : reply;
    assertThat(reply.path("statusCode").asInt(200)).as(reply.toString()).isEqualTo(200);
    switch (file.getFileName().toString()) {
      case "health.json" -> assertThat(answer.path("ready").asBoolean()).isTrue();
      case "index.json" -> assertThat(answer.path("name").asText()).isEqualTo("snapranker");
      default -> assertRanked(answer);
    }
  }

  /** The name of the file is the expectation: {@code STATUS-CODE…}. */
  @ParameterizedTest
  @MethodSource("bad")
  void aBadEventGetsItsStatusAndCode(Path file) throws IOException {
    List<String> name = List.of(file.getFileName().toString().replace(".json", "").split("-", 3));
    boolean http = name.getLast().endsWith("http") || name.getLast().endsWith("rest");
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), Files.readAllBytes(file));
    assertThat(reply.has("body")).isEqualTo(http);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).hasToString(name.getFirst());
    JsonNode error = (http ? Lambda.body(reply) : reply).path("error");
    assertThat(error.path("code").asText()).isEqualTo(name.get(1));
    assertThat(error.path("message").asText()).isNotBlank();
  }

  private static void assertRanked(JsonNode answer) {
    JsonNode results = answer.path("results");
    assertThat(results).isNotEmpty();
    double above = 1;
    int rank = 1;
    for (JsonNode result : results) {
      assertThat(result.path("rank").asInt()).isEqualTo(rank++);
      assertThat(result.path("score").asDouble()).isBetween(0.0, above);
      above = result.path("score").asDouble();
    }
    assertThat(answer.path("usage").path("tokens").asInt()).isPositive();
  }

  private static Stream<Path> json(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }
}
