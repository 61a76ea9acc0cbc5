package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** First-stage scores at the limits of a double: a reply holds finite numbers, in order. */
class ExtremeScoresTest {
  private static final List<String> SCORES =
      List.of(
          "1e308, -1e308, 0",
          "1.7976931348623157e308, -1.7976931348623157e308, 1.7976931348623157e308",
          "1.7e308, 1.7e308, 1.7e308",
          "4.9e-324, 0, -4.9e-324",
          "1e308, 1e-308, 1",
          "-0.0, 0.0, 0");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"method\": \"none\"}",
        "{\"method\": \"linear\"}",
        "{\"method\": \"linear\", \"weight\": 0}",
        "{\"method\": \"linear\", \"weight\": 1}",
        "{\"method\": \"linear\", \"normalize\": \"z-score\"}",
        "{\"method\": \"linear\", \"normalize\": \"z-score\", \"weight\": 0}",
        "{\"method\": \"rrf\"}",
        "{\"method\": \"rrf\", \"k\": 1e308}",
        "{\"method\": \"rrf\", \"k\": 4.9e-324}"
      })
  void everyNumberOfAReplyIsFinite(String fusion) {
    for (String scores : SCORES) {
      for (boolean raw : List.of(false, true)) {
        String request =
            "{\"query\": \"q\", \"explain\": true, \"raw_scores\": %s, \"fusion\": %s, \"candidates\": [%s]}"
                .formatted(raw, fusion, candidates(scores));
        JsonNode reply =
            Lambda.invoke(DefaultBundle.handler(), request.getBytes(StandardCharsets.UTF_8));
        List<Double> ranked = new ArrayList<>();
        for (JsonNode result : reply.path("results")) {
          assertThat(result.path("score").isNumber()).as("%s: %s", scores, result).isTrue();
          ranked.add(result.path("score").doubleValue());
        }
        assertThat(ranked)
            .as("%s: %s", scores, reply)
            .hasSize(3)
            .allMatch(Double::isFinite)
            .isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(reply.toString()).doesNotContain("NaN", "Infinity");
      }
    }
  }

  private static String candidates(String scores) {
    List<String> candidates = new ArrayList<>();
    for (String score : scores.split(", ", -1)) {
      candidates.add(
          "{\"text\": \"candidate %d\", \"score\": %s}".formatted(candidates.size(), score));
    }
    return String.join(", ", candidates);
  }
}
