package dev.snapranker.dev.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small and large heaps of real processes, and requests that want all of them. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the runtime interface client runs on Linux only")
@Timeout(300)
class OutOfMemoryIT {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** As little as the function starts with. */
  private static final int SMALL_MEGABYTES = 192;

  private static LambdaPackage function;

  @BeforeAll
  static void layOut() throws Exception {
    function = LambdaPackage.layOut(Path.of(""), DefaultBundle.directory());
  }

  @AfterAll
  static void delete() throws IOException {
    function.close();
  }

  /** Events of six megabytes, or of a size that is enough. At 1,769 MB, none of them does harm. */
  static Stream<String> hostile() {
    return Stream.of(
        direct("{\"text\": \"a\", \"metadata\": [" + "[],".repeat(2_000_000) + "[]]}"),
        direct("{\"text\": \"a\", \"metadata\": [" + "{},".repeat(2_000_000) + "{}]}"),
        direct("{\"text\": \"a\", \"metadata\": [" + "{\"\":{}},".repeat(700_000) + "{}]}"),
        direct("\"\",".repeat(2_000_000) + "\"a\""),
        http(
            "/bedrock/rerank",
            "{\"queries\": [{\"type\": \"TEXT\", \"textQuery\": {\"text\": \"q\"}}], \"sources\":"
                + " [{\"type\": \"INLINE\", \"inlineDocumentSource\": {\"type\": \"JSON\","
                + " \"jsonDocument\": {\""
                + "k".repeat(2_000_000)
                + "\": ["
                + "1,".repeat(1_000_000)
                + "1]}}}], \"rerankingConfiguration\": {\"type\":"
                + " \"BEDROCK_RERANKING_MODEL\", \"bedrockRerankingConfiguration\":"
                + " {\"modelConfiguration\": {\"modelArn\": \"amazon.rerank-v1:0\"}}}}"),
        http(
            "/v1/rerank",
            "{\"query\": \"q\", \"rank_fields\": ["
                + "\"t\",".repeat(1_000_000)
                + "\"t\"], \"documents\": [{\"t\": \""
                + "x".repeat(30_000)
                + "\"}]}"),
        direct(
            "{\"text\": \"a\", \"metadata\": "
                + ("{\"" + "k".repeat(40_000) + "\":").repeat(50)
                + "["
                + "1,".repeat(500_000)
                + "1]"
                + "}".repeat(50)
                + "}"),
        direct(
            "\"a\"], \"stages\": ["
                + "{\"model\":\"m\",\"keep\":1},".repeat(200_000)
                + "{\"model\":\"m\"}"));
  }

  private static String direct(String candidates) {
    return "{\"query\": \"q\", \"candidates\": [" + candidates + "]}";
  }

  private static String http(String path, String body) {
    return Payload2.event(
        new HttpRequest("POST", path, Map.of("content-type", "application/json"), body, false),
        "",
        "192.0.2.1");
  }

  @Test
  void atOneVcpusMemoryEachHostileEventIsAnswered() throws IOException {
    try (LocalLambda lambda = start(1769)) {
      lambda.awaitInit();
      for (String event : hostile().toList()) {
        JsonNode reply = invoke(lambda, event);
        assertThat(reply.path("statusCode").asInt(200)).isIn(200, 400, 413, 422);
        assertThat(reply.toString()).doesNotContain("out_of_memory");
      }
      assertThat(invoke(lambda, sound()).path("results")).hasSize(3);
    }
  }

  @ParameterizedTest
  @MethodSource("tooLargeForASmallFunction")
  void aCallThatTakesAllMemoryGets503AndTheNextOneIsRanked(String event) throws IOException {
    try (LocalLambda lambda = start(SMALL_MEGABYTES)) {
      lambda.awaitInit();
      assertThat(invoke(lambda, sound()).path("results")).hasSize(3);
      JsonNode reply = invoke(lambda, event);
      assertThat(reply.path("statusCode").asInt()).isEqualTo(503);
      assertThat(reply.toString()).contains("out_of_memory");
      assertThat(invoke(lambda, sound()).path("results")).hasSize(3);
      assertThat(String.join("\n", lambda.log())).contains("java.lang.OutOfMemoryError");
    }
  }

  static Stream<String> tooLargeForASmallFunction() {
    String body =
        direct("{\"text\": \"a\", \"metadata\": [" + "{\"\":{}},".repeat(700_000) + "{}]}");
    return Stream.of(body, http("/rerank", body));
  }

  private static LocalLambda start(int megabytes) throws IOException {
    return LocalLambda.start(
        function,
        new LambdaConfiguration(
            LambdaConfiguration.HANDLER,
            megabytes,
            false,
            Duration.ofMinutes(2),
            Map.of(),
            List.of()));
  }

  private static String sound() throws IOException {
    return Files.readString(Path.of("events", "direct.json"));
  }

  private static JsonNode invoke(LocalLambda lambda, String event) {
    return json(lambda.invoke(event.getBytes(StandardCharsets.UTF_8)).body());
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
