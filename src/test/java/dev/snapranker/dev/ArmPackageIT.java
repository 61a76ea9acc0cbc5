package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.model.ModelLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The package for Arm processors under Lambda's own runtime client, by the Java that {@code
 * -Darm64.java=…} names ({@code .ci/arm64} makes one that is emulated); skipped without.
 */
@Timeout(1800)
class ArmPackageIT {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Test
  void armProcessorsRankTheEventsAsThisMachineDoes() throws Exception {
    String java = System.getProperty("arm64.java");
    assumeTrue(java != null, "no -Darm64.java: the arm64 package is not run");
    Path bundle = DefaultBundle.directory();
    Map<String, JsonNode> here;
    Map<String, JsonNode> arm;
    try (LambdaPackage function = LambdaPackage.layOut(Path.of(""), bundle)) {
      here = replies(function);
    }
    try (LambdaPackage function = LambdaPackage.layOutForArm(Path.of(""), bundle, Path.of(java))) {
      arm = replies(function);
    }

    double tolerance =
        ModelLoader.load(bundle).manifest().golden().stream()
            .mapToDouble(GoldenPair::tolerance)
            .min()
            .orElseThrow();
    int results = 0;
    double most = 0;
    for (String event : here.keySet()) {
      List<Scored> expected = scored(reply(here, event));
      List<Scored> actual = scored(reply(arm, event));
      assertThat(actual)
          .extracting(Scored::index)
          .as("order of %s", event)
          .isEqualTo(expected.stream().map(Scored::index).toList());
      for (int i = 0; i < expected.size(); i++) {
        double off = Math.abs(actual.get(i).logit() - expected.get(i).logit());
        assertThat(off).as("logit %d of %s", i, event).isLessThanOrEqualTo(tolerance);
        most = Math.max(most, off);
        results++;
      }
      assertThat(reply(arm, event).path("statusCode"))
          .isEqualTo(reply(here, event).path("statusCode"));
    }
    assertThat(results).isPositive();
    System.out.printf(
        "arm64: %d events, %d results in the same order, logits off by at most %.4f%n",
        here.size(), results, most);
  }

  private static JsonNode reply(Map<String, JsonNode> replies, String event) {
    return Objects.requireNonNull(replies.get(event), event);
  }

  private static Map<String, JsonNode> replies(LambdaPackage function) throws IOException {
    LambdaConfiguration configuration =
        new LambdaConfiguration(
            LambdaConfiguration.HANDLER, 3008, false, Duration.ofMinutes(20), Map.of(), List.of());
    Map<String, JsonNode> replies = new TreeMap<>();
    try (LocalLambda lambda = LocalLambda.start(function, configuration)) {
      lambda.awaitInit();
      for (Path event : events()) {
        replies.put(
            event.toString(), MAPPER.readTree(lambda.invoke(Files.readAllBytes(event)).body()));
      }
    }
    return replies;
  }

  private static List<Path> events() throws IOException {
    try (Stream<Path> tree = Files.walk(Path.of("events"))) {
      return tree.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static List<Scored> scored(JsonNode reply) throws IOException {
    JsonNode body = reply.has("body") ? MAPPER.readTree(reply.path("body").asText()) : reply;
    return body.path("results")
        .valueStream()
        .map(result -> new Scored(result.path("index").asInt(-1), result.path("logit").asDouble()))
        .toList();
  }

  private record Scored(int index, double logit) {}
}
