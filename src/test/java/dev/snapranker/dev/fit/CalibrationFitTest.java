package dev.snapranker.dev.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Calibration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationFitTest {

  /** Pairs whose probability of relevance is σ(0.7 · logit − 1). */
  private static List<JudgedLogit> sample(int n, long seed) {
    Random random = new Random(seed);
    List<JudgedLogit> pairs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double logit = random.nextGaussian() * 4;
      boolean relevant = random.nextDouble() < sigmoid(0.7 * logit - 1);
      pairs.add(new JudgedLogit("q" + i % 50, logit, sigmoid(logit), relevant));
    }
    return pairs;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static JudgedLogit pair(double logit, boolean relevant) {
    return new JudgedLogit("q", logit, sigmoid(logit), relevant);
  }

  @Test
  void plattFindsTheNumbersThatMadeTheSample() {
    Calibration.Platt fitted = PlattFit.fit(sample(50_000, 1));
    assertThat(fitted.a()).isCloseTo(0.7, offset(0.02));
    assertThat(fitted.b()).isCloseTo(-1, offset(0.04));
  }

  @Test
  void plattIsAtItsLeastLossWhereHardlyAnythingIsRelevant() {
    Random random = new Random(7);
    List<JudgedLogit> pairs = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      double logit = random.nextGaussian() * 4;
      pairs.add(pair(logit, random.nextDouble() < sigmoid(0.3 * logit - 4)));
    }
    Calibration.Platt fitted = PlattFit.fit(pairs);
    assertThat(fitted.b()).isBetween(-5.0, -3.0);
    double least = logLoss(pairs, fitted);
    for (double step : new double[] {-0.05, 0.05}) {
      assertThat(logLoss(pairs, new Calibration.Platt(fitted.a() + step, fitted.b())))
          .isGreaterThan(least);
      assertThat(logLoss(pairs, new Calibration.Platt(fitted.a(), fitted.b() + 2 * step)))
          .isGreaterThan(least);
    }
  }

  private static double logLoss(List<JudgedLogit> pairs, Calibration by) {
    return CalibrationQuality.of(
            pairs, pairs.stream().mapToDouble(pair -> by.score(pair.logit())).toArray())
        .logLoss();
  }

  @Test
  void plattIsFiniteWhereALogitSeparatesAll() {
    List<JudgedLogit> pairs = IntStream.range(-10, 10).mapToObj(i -> pair(i, i >= 0)).toList();
    Calibration fitted = PlattFit.fit(pairs);
    assertThat(fitted.score(9)).isBetween(0.85, 0.9999);
    assertThat(fitted.score(-0.5)).isCloseTo(0.5, offset(0.01));
  }

  @Test
  void isotonicPoolsWhatViolatesTheOrder() {
    List<JudgedLogit> pairs =
        List.of(
            pair(1, false),
            pair(2, true),
            pair(3, false),
            pair(3, false),
            pair(4, true),
            pair(4, true),
            pair(4, false),
            pair(5, true),
            pair(5, true));
    // 1: 0/1 · 2..3: 1/3 · 4: 2/3 · 5: 2/2; the ends drawn in to 1/3 of 3 and 3/4.
    assertThat(IsotonicFit.fit(pairs))
        .isEqualTo(
            new Calibration.Isotonic(
                List.of(1.0, 2.0, 3.0, 4.0, 5.0),
                List.of(1 / 3.0, 1 / 3.0, 1 / 3.0, 2 / 3.0, 0.75)));
  }

  @Test
  void isotonicIsNearAnyCurveThatRises() {
    List<JudgedLogit> pairs = sample(50_000, 2);
    Calibration fitted = IsotonicFit.fit(pairs);
    for (double logit = -4; logit <= 6; logit += 0.5) {
      assertThat(fitted.score(logit)).isCloseTo(sigmoid(0.7 * logit - 1), offset(0.08));
    }
  }

  @Test
  void calibrationHelpsOnQueriesThatItHasNotSeen() {
    List<JudgedLogit> pairs = sample(20_000, 3);
    CalibrationQuality before =
        CalibrationQuality.of(pairs, pairs.stream().mapToDouble(JudgedLogit::score).toArray());
    for (CalibrationMethod method : CalibrationMethod.values()) {
      CalibrationQuality after = method.crossValidated(pairs, 5);
      assertThat(after.logLoss()).isLessThan(before.logLoss() - 0.05);
      assertThat(after.expectedError()).isLessThan(before.expectedError() / 3);
    }
  }

  @Test
  void aFoldIsScoredByWhatTheOthersSay() {
    // By query q0 alone the logit 1 means relevant, by q1 alone not: each is scored by the other.
    List<JudgedLogit> pairs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      pairs.add(new JudgedLogit("q0", i, 0.5, i > 5));
      pairs.add(new JudgedLogit("q1", i, 0.5, i > 15));
    }
    CalibrationQuality seen =
        CalibrationQuality.of(
            pairs,
            pairs.stream()
                .mapToDouble(pair -> CalibrationMethod.PLATT.fit(pairs).score(pair.logit()))
                .toArray());
    assertThat(CalibrationMethod.PLATT.crossValidated(pairs, 2).logLoss())
        .isGreaterThan(seen.logLoss() + 0.1);
  }

  @Test
  void theQualityIsWhatItsDefinitionGives() {
    List<JudgedLogit> pairs = List.of(pair(0, true), pair(0, false), pair(0, false));
    CalibrationQuality quality = CalibrationQuality.of(pairs, new double[] {0.6, 0.6, 0.2});
    assertThat(quality.logLoss())
        .isCloseTo(-(Math.log(0.6) + Math.log(0.4) + Math.log(0.8)) / 3, offset(1e-12));
    assertThat(quality.expectedError()).isCloseTo((0.2 + 0.2) / 3, offset(1e-12));
  }

  @Test
  void logitsThatFallWithRelevanceAreRefused() {
    List<JudgedLogit> pairs = IntStream.range(-10, 10).mapToObj(i -> pair(i, i < 0)).toList();
    for (CalibrationMethod method : CalibrationMethod.values()) {
      assertThatThrownBy(() -> method.fit(pairs))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("nothing to calibrate");
    }
  }
}
