package dev.snapranker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final Calibration.Isotonic STEPS =
      new Calibration.Isotonic(List.of(-2.0, 0.0, 1.0, 5.0), List.of(0.1, 0.5, 0.5, 0.9));

  @Test
  void evenOddsAreWherePlattsLineCrossesZero() {
    Calibration platt = new Calibration.Platt(2, -3);
    assertThat(platt.score(1.5)).isEqualTo(0.5);
    assertThat(platt.score(1000)).isEqualTo(1);
    assertThat(platt.score(-1000)).isEqualTo(0);
  }

  @Test
  void isotonicGoesThroughItsPointsAndIsLevelOutsideOfThem() {
    assertThat(STEPS.score(-2)).isEqualTo(0.1);
    assertThat(STEPS.score(-1)).isCloseTo(0.3, offset(1e-12));
    assertThat(STEPS.score(0.5)).isEqualTo(0.5);
    assertThat(STEPS.score(3)).isCloseTo(0.7, offset(1e-12));
    assertThat(STEPS.score(-100)).isEqualTo(0.1);
    assertThat(STEPS.score(100)).isEqualTo(0.9);
    assertThat(new Calibration.Isotonic(List.of(1.0), List.of(0.3)).score(7)).isEqualTo(0.3);
  }

  @Test
  void isotonicNeverFalls() {
    double before = 0;
    for (double logit = -6; logit < 6; logit += 0.001) {
      double score = STEPS.score(logit);
      assertThat(score).isGreaterThanOrEqualTo(before);
      before = score;
    }
  }

  @Test
  void aCalibrationThatChangesTheOrderIsRefused() {
    assertThatThrownBy(() -> new Calibration.Platt(-1, 0))
        .hasMessage("a is -1.0; expected a finite number above 0");
    assertThatThrownBy(() -> new Calibration.Isotonic(List.of(1.0, 1.0), List.of(0.1, 0.2)))
        .hasMessage("x[1] is 1.0; expected finite numbers, ascending");
    assertThatThrownBy(() -> new Calibration.Isotonic(List.of(1.0, 2.0), List.of(0.2, 0.1)))
        .hasMessage("y[1] is 0.1; expected 0..1 and not less than the entry before");
    assertThatThrownBy(() -> new Calibration.Isotonic(List.of(1.0), List.of(Double.NaN)))
        .hasMessage("y[0] is NaN; expected 0..1 and not less than the entry before");
  }
}
