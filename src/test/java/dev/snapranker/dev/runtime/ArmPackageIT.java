package dev.snapranker.dev.runtime;

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
import java.util.LinkedHashMap;
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
  void armProcessorsRankTheEventsLikeThisMachineExceptForCloseCandidates() throws Exception {
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
    int sameOrder = 0;
    int compared = 0;
    double most = 0;
    for (String event : here.keySet()) {
      Map<Integer, Double> expected = logits(reply(here, event));
      Map<Integer, Double> actual = logits(reply(arm, event));
      assertThat(reply(arm, event).path("statusCode"))
          .isEqualTo(reply(here, event).path("statusCode"));
      assertThat(actual).as("results of %s", event).hasSameSizeAs(expected);
      for (int index : actual.keySet()) {
        if (expected.containsKey(index)) { // the last of a top_k may be another
          compared++;
          most = Math.max(most, Math.abs(logit(actual, index) - logit(expected, index)));
        }
      }
      assertThat(most).as("logits up to %s", event).isLessThanOrEqualTo(tolerance);
      requireSameOrder(event, expected, List.copyOf(actual.keySet()), 2 * tolerance);
      if (List.copyOf(actual.keySet()).equals(List.copyOf(expected.keySet()))) {
        sameOrder++;
      } else {
        System.out.printf(
            "arm64: %s ranks close candidates otherwise: %s, here %s%n", event, actual, expected);
      }
    }
    assertThat(compared).isPositive();
    System.out.printf(
        "arm64: %d of %d events in the same order, logits off by at most %.4f%n",
        sameOrder, here.size(), most);
  }

  /** Only candidates whose logits differ by less than the tolerance may have changed places. */
  private static void requireSameOrder(
      String event, Map<Integer, Double> expected, List<Integer> actual, double close) {
    List<Integer> order = List.copyOf(expected.keySet());
    double last = order.isEmpty() ? 0 : logit(expected, order.getLast());
    for (int i = 0; i < order.size(); i++) {
      if (!actual.contains(order.get(i))) {
        assertThat(logit(expected, order.get(i)) - last).as(event).isLessThanOrEqualTo(close);
        continue;
      }
      for (int better : order.subList(0, i)) {
        if (actual.indexOf(better) > actual.indexOf(order.get(i))) {
          assertThat(logit(expected, better) - logit(expected, order.get(i)))
              .as("%d and %d of %s", better, order.get(i), event)
              .isLessThanOrEqualTo(close);
        }
      }
    }
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

  /** All but those of other services, which fail the invocation. */
  private static List<Path> events() throws IOException {
    Path wrong = Path.of("events", "wrong");
    try (Stream<Path> tree = Files.walk(Path.of("events"))) {
      return tree.filter(file -> file.toString().endsWith(".json") && !file.startsWith(wrong))
          .sorted()
          .toList();
    }
  }

  /** By the candidates' places in the request, best first. */
  private static Map<Integer, Double> logits(JsonNode reply) throws IOException {
    JsonNode body = reply.has("body") ? MAPPER.readTree(reply.path("body").asText()) : reply;
    Map<Integer, Double> logits = new LinkedHashMap<>();
    for (JsonNode result : body.path("results")) {
      logits.put(result.path("index").asInt(), result.path("logit").asDouble());
    }
    return logits;
  }

  private static double logit(Map<Integer, Double> logits, int index) {
    return Objects.requireNonNull(logits.get(index));
  }
}
