package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The default bundle's logits against transformers in fp32 on the same weights. The pairs and their
 * reference (with versions) are made by {@code python -m tests.parity} in {@code model-layer}.
 */
class ParityTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Test
  void logitsAreNearTheReference() throws IOException {
    String id = DefaultBundle.directory().getFileName().toString();
    List<JsonNode> lines =
        Files.readAllLines(Path.of("src", "test", "resources", "parity", id + ".jsonl")).stream()
            .map(ParityTest::parse)
            .toList();
    List<JsonNode> pairs = lines.subList(1, lines.size());
    assertThat(lines.getFirst().path("reference").path("transformers").asText()).isNotEmpty();
    assertThat(pairs).hasSizeGreaterThanOrEqualTo(50);

    double[] reference = new double[pairs.size()];
    double[] ours = new double[pairs.size()];
    for (int i = 0; i < pairs.size(); i++) {
      JsonNode pair = pairs.get(i);
      JsonNode reply = score(pair);
      JsonNode result = reply.path("results").path(0);
      reference[i] = pair.path("logit_fp32").asDouble();
      ours[i] = result.path("score").asDouble();
      assertThat(reply.path("usage").path("tokens").asInt())
          .as("tokens of pair %d", i)
          .isEqualTo(pair.path("tokens").asInt());
      assertThat(result.path("truncated").asBoolean())
          .as("truncation of pair %d", i)
          .isEqualTo(pair.path("truncated").asBoolean());
    }
    double[] off =
        IntStream.range(0, ours.length)
            .mapToDouble(i -> Math.abs(ours[i] - reference[i]))
            .toArray();
    double mean = Arrays.stream(off).average().orElseThrow();
    double max = Arrays.stream(off).max().orElseThrow();
    double spearman = pearson(ranks(ours), ranks(reference));
    System.out.printf(
        "parity of %s with fp32, %d pairs: logits off by %.3f on average, %.3f at most; Spearman %.4f%n",
        id, pairs.size(), mean, max, spearman);
    // Measured 0.088, 0.38 and 0.9995; the margins are for another CPU's rounding.
    assertThat(mean).isLessThan(0.1);
    assertThat(max).isLessThan(0.5);
    assertThat(spearman).isGreaterThan(0.995);
  }

  private static JsonNode score(JsonNode pair) {
    ObjectNode request = MAPPER.createObjectNode().put("raw_scores", true);
    request.set("query", pair.path("query"));
    request.putArray("candidates").add(pair.path("document"));
    return Lambda.invoke(DefaultBundle.handler(), request.toString());
  }

  private static JsonNode parse(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ranks from 0; no ties among these logits. */
  private static double[] ranks(double[] values) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
    double[] ranks = new double[values.length];
    for (int i = 0; i < order.length; i++) {
      ranks[order[i]] = i;
    }
    return ranks;
  }

  private static double pearson(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return xy / Math.sqrt(xx * yy);
  }
}
