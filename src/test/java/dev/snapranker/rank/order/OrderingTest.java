package dev.snapranker.rank.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.api.Candidate;
import dev.snapranker.rank.scoring.ScoredDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrderingTest {
  @Test
  void higherLogitsComeFirst() {
    assertThat(order(scores(null, null, null), -1f, 3f, 2f)).containsExactly(1, 2, 0);
  }

  @Test
  void equalLogitsGoByFirstStageScore() {
    assertThat(order(scores(1.0, 9.0, 5.0), 2f, 2f, 2f)).containsExactly(1, 2, 0);
  }

  @Test
  void equalScoresKeepInputOrder() {
    assertThat(order(scores(4.0, 4.0, 4.0), 2f, 2f, 2f)).containsExactly(0, 1, 2);
    assertThat(order(scores(null, null, null), 2f, 2f, 2f)).containsExactly(0, 1, 2);
  }

  @Test
  void candidatesWithoutFirstStageScoreComeAfterThoseWithOne() {
    assertThat(order(scores(null, -7.0, null), 2f, 2f, 2f)).containsExactly(1, 0, 2);
  }

  @Test
  void infiniteLogitsHaveTheirPlaces() {
    assertThat(
            order(scores(null, null, null), Float.NEGATIVE_INFINITY, 0f, Float.POSITIVE_INFINITY))
        .containsExactly(2, 1, 0);
  }

  @Test
  void theOrderIsTheSameHoweverTheListIsShuffled() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      int n = 1 + random.nextInt(40);
      List<Candidate> candidates = new ArrayList<>();
      float[] logits = new float[n];
      for (int i = 0; i < n; i++) {
        Double score = random.nextBoolean() ? Double.valueOf(random.nextInt(3)) : null;
        candidates.add(new Candidate("c" + i, "text", score));
        logits[i] = random.nextInt(4);
      }
      List<Integer> order = order(candidates, logits);
      for (int i = 1; i < n; i++) {
        int a = order.get(i - 1);
        int b = order.get(i);
        assertThat(logits[a]).isGreaterThanOrEqualTo(logits[b]);
        if (logits[a] == logits[b]) {
          Double scoreA = candidates.get(a).firstStageScore();
          Double scoreB = candidates.get(b).firstStageScore();
          double x = scoreA == null ? Double.NEGATIVE_INFINITY : scoreA;
          double y = scoreB == null ? Double.NEGATIVE_INFINITY : scoreB;
          assertThat(x).isGreaterThanOrEqualTo(y);
          if (x == y) {
            assertThat(a).isLessThan(b);
          }
        }
      }
    }
  }

  private static List<Integer> order(List<Candidate> candidates, float... logits) {
    List<CascadeCandidate> before = Ordering.byFirstStage(candidates);
    List<@Nullable ScoredDocument> documents = new ArrayList<>();
    before.forEach(
        candidate -> documents.add(ScoredDocuments.withLogit(logits[candidate.index()])));
    return Ordering.byStage(before, documents).stream().map(CascadeCandidate::index).toList();
  }

  private static List<Candidate> scores(@Nullable Double... scores) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      candidates.add(new Candidate(Integer.toString(i), "text", scores[i]));
    }
    return candidates;
  }
}
