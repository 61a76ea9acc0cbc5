package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
  @Test
  void theWeightsOfTheDataAreFound() {
    Random random = new Random(5);
    double[] truth = {-1, 2, -0.5};
    double[][] x = new double[20_000][];
    boolean[] y = new boolean[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = new double[] {random.nextGaussian(), 3 * random.nextGaussian()};
      double logOdds = LogisticRegression.logOdds(truth, x[i]);
      y[i] = random.nextDouble() < 1 / (1 + Math.exp(-logOdds));
    }
    assertThat(LogisticRegression.fit(x, y)).containsExactly(truth, within(0.1));
  }

  @Test
  void withoutFeaturesTheInterceptIsTheLogOddsOfTheRate() {
    double[][] x = new double[100][0];
    boolean[] y = new boolean[100];
    for (int i = 0; i < 20; i++) {
      y[i] = true;
    }
    assertThat(LogisticRegression.fit(x, y))
        .containsExactly(new double[] {Math.log(0.25)}, within(1e-3));
  }

  @Test
  void separableDataHasFiniteWeights() {
    double[] weights =
        LogisticRegression.fit(
            new double[][] {{-2, 0}, {-1, 0}, {1, 0}, {2, 0}},
            new boolean[] {false, false, true, true});
    assertThat(Arrays.stream(weights)).allMatch(Double::isFinite);
    assertThat(weights[1]).isPositive();
  }
}
