package dev.snapranker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.snapranker.model.Manifest.Activation;
import org.junit.jupiter.api.Test;

class HeadTest {
  @Test
  void oneLogitIsTheLogit() {
    assertThat(new Head.SingleLogit().logit(new float[] {-3.5f})).isEqualTo(-3.5f);
  }

  @Test
  void theSigmoidOfTwoClassesIsTheirSoftmax() {
    float[] row = {-1.25f, 2.5f};
    double softmax = Math.exp(2.5) / (Math.exp(-1.25) + Math.exp(2.5));
    double score = Activation.SIGMOID.score(new Head.TwoClass(1, 0).logit(row));
    assertThat(score).isCloseTo(softmax, within(1e-12));
    assertThat(new Head.TwoClass(0, 1).logit(row)).isEqualTo(-3.75f);
  }

  @Test
  void extremeClassesGiveNoNaN() {
    double score = Activation.SIGMOID.score(new Head.TwoClass(1, 0).logit(new float[] {-90, 0}));
    assertThat(score).isEqualTo(1);
  }

  @Test
  void twoClassesAreTheTwoThatThereAre() {
    assertThatThrownBy(() -> new Head.TwoClass(1, 1)).hasMessageContaining("expected 0 and 1");
    assertThatThrownBy(() -> new Head.TwoClass(2, -1)).hasMessageContaining("expected 0 and 1");
  }

  @Test
  void theSigmoidStaysInItsRangeAndIsSymmetric() {
    for (double x : new double[] {0, 1e-30, 0.5, 3, 20, 40, 800, Double.MAX_VALUE}) {
      double score = Activation.SIGMOID.score(x);
      assertThat(score).isBetween(0.5, 1.0);
      assertThat(Activation.SIGMOID.score(-x)).isCloseTo(1 - score, within(1e-15));
    }
    assertThat(Activation.SIGMOID.score(0)).isEqualTo(0.5);
  }
}
