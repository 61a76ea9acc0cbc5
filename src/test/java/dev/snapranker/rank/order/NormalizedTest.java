package dev.snapranker.rank.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.snapranker.api.Fusion.Normalization;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NormalizedTest {

  @ParameterizedTest
  @EnumSource
  void equalValuesAreZero(Normalization normalization) {
    for (double value : new double[] {0, 0.1, -0.3, 1e-320, 1.7e308}) {
      for (int count = 0; count < 20; count++) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        assertThat(Normalized.of(values, normalization)).containsOnly(new double[count]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theScaleOfTheValuesDoesNotMatter(Normalization normalization) {
    double[] expected = Normalized.of(new double[] {1, 2, 4, -3}, normalization);
    for (double scale : new double[] {1e-318, 1e-200, 1e-101, 1e-99, 1e99, 1e101, 4e307}) {
      double[] values = Arrays.stream(new double[] {1, 2, 4, -3}).map(x -> x * scale).toArray();
      assertThat(Normalized.of(values, normalization)).containsExactly(expected, within(1e-4));
    }
  }
}
