package dev.snapranker.dev.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankingMetricsTest {
  /**
   * Six documents with grades 3, 2, 3, 0, 1, 2 in the order of the ranking: a textbook's example.
   */
  private static final Map<String, Integer> GRADES =
      Map.of("a", 3, "b", 2, "c", 3, "d", 0, "e", 1, "f", 2);

  private static final List<String> RANKED = List.of("a", "b", "c", "d", "e", "f");

  @Test
  void ndcgIsTheGainOverTheBestPossible() {
    double gained = 3 + 2 / log2(3) + 3 / log2(4) + 1 / log2(6) + 2 / log2(7); // 6.861
    double ideal = 3 + 3 / log2(3) + 2 / log2(4) + 2 / log2(5) + 1 / log2(6); // 7.141
    assertThat(RankingMetrics.ndcg(RANKED, GRADES, 10)).isEqualTo(gained / ideal, within(1e-12));
    assertThat(RankingMetrics.ndcg(RANKED, GRADES, 10)).isEqualTo(0.961, within(5e-4));
    assertThat(RankingMetrics.ndcg(List.of("a", "c", "b", "f", "e"), GRADES, 10)).isEqualTo(1);
    assertThat(RankingMetrics.ndcg(List.of("d", "x"), GRADES, 10)).isZero();
    assertThat(RankingMetrics.ndcg(RANKED, Map.of(), 10)).isZero();
  }

  @Test
  void ndcgIsCutOffInBothLists() {
    assertThat(RankingMetrics.ndcg(RANKED, GRADES, 1)).isEqualTo(1);
    assertThat(RankingMetrics.ndcg(List.of("b", "a"), GRADES, 1)).isEqualTo(2.0 / 3);
  }

  @Test
  void reciprocalRankIsOfTheFirstRelevant() {
    assertThat(RankingMetrics.reciprocalRank(RANKED, GRADES, 10)).isEqualTo(1);
    assertThat(RankingMetrics.reciprocalRank(List.of("x", "d", "e"), GRADES, 10))
        .isEqualTo(1.0 / 3);
    assertThat(RankingMetrics.reciprocalRank(List.of("x", "d", "e"), GRADES, 2)).isZero();
  }

  @Test
  void recallIsTheShareOfTheRelevant() {
    assertThat(RankingMetrics.recall(RANKED, GRADES, 10)).isEqualTo(1);
    assertThat(RankingMetrics.recall(RANKED, GRADES, 2)).isEqualTo(0.4);
    assertThat(RankingMetrics.recall(RANKED, Map.of("d", 0), 2)).isZero();
  }

  @Test
  void chanceIsToldFromADifference() {
    double[] low = IntStream.range(0, 40).mapToDouble(i -> i % 7 / 10.0).toArray();
    double[] high = Arrays.stream(low).map(x -> x + 0.1).toArray();
    double[] mixed = IntStream.range(0, 40).mapToDouble(i -> low[i] + (i % 2 - 0.5) / 5).toArray();
    assertThat(RandomisationTest.p(high, low)).isLessThan(0.001);
    assertThat(RandomisationTest.p(low, high)).isEqualTo(RandomisationTest.p(high, low));
    assertThat(RandomisationTest.p(mixed, low)).isGreaterThan(0.5);
    assertThat(RandomisationTest.p(low, low)).isEqualTo(1);
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }
}
