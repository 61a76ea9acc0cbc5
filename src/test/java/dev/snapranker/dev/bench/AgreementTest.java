package dev.snapranker.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static final double[] EXPECTED = {0.1, 0.9, 0.5, 0.3};

  @Test
  void scoresOnAnotherScaleInTheSameOrderAgreeWhole() {
    Agreement agreement = of(new double[] {-8, 4, 1, -2});
    assertThat(agreement.spearman()).isEqualTo(1);
    assertThat(agreement.top10()).isEqualTo(1);
  }

  @Test
  void theReverseOrderIsMinusOne() {
    assertThat(of(new double[] {4, 1, 2, 3}).spearman()).isEqualTo(-1);
  }

  /**
   * 1 - 6 · (sum of squared differences of ranks) / (n · (n² - 1)), with differences 1, 1, 0, 0.
   */
  @Test
  void oneExchangedPairCostsWhatSpearmansFormulaSays() {
    assertThat(of(new double[] {0.4, 0.9, 0.5, 0.3}).spearman())
        .isCloseTo(1 - 6.0 * 2 / (4 * 15), within(1e-12));
  }

  @Test
  void equalScoresShareTheMeanOfTheirRanks() {
    Agreement agreement =
        Agreement.of(List.of(new double[] {1, 1, 2, 3}), List.of(new double[] {1, 1, 2, 3}));
    assertThat(agreement.spearman()).isEqualTo(1);
  }

  @Test
  void theBestTenAreComparedAsSets() {
    double[] expected = IntStream.range(0, 20).mapToDouble(i -> i).toArray();
    double[] shifted = IntStream.range(0, 20).mapToDouble(i -> (i + 3) % 20).toArray();
    // The best ten of the second are 7 to 16, of the first 10 to 19.
    assertThat(Agreement.of(List.of(shifted), List.of(expected)).top10()).isEqualTo(0.7);
  }

  @Test
  void requestsAreAveraged() {
    Agreement agreement =
        Agreement.of(
            List.of(new double[] {1, 2}, new double[] {2, 1}),
            List.of(new double[] {1, 2}, new double[] {1, 2}));
    assertThat(agreement.spearman()).isEqualTo(0);
  }

  private static Agreement of(double[] scores) {
    return Agreement.of(List.of(scores), List.of(EXPECTED));
  }
}
