package dev.snapranker.rank.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace();

  @Test
  void nothingIsKnownAtFirstAndAfterAReset() {
    assertThat(pace.estimateNanos(100)).isZero();
    pace.observe(10, 1000);
    assertThat(pace.estimateNanos(100)).isEqualTo(10_000);
    pace.reset();
    assertThat(pace.estimateNanos(100)).isZero();
  }

  @Test
  void itFollowsTheMachine() {
    observe(200, 100);
    observe(100, 300);
    assertThat(pace.estimateNanos(1)).isCloseTo(300, within(5L));
  }

  @Test
  void oneHitchCountsForLittle() {
    observe(200, 100);
    pace.observe(10, 10_000_000);
    assertThat(pace.estimateNanos(1)).isLessThan(120);
  }

  @Test
  void aColdStartIsForgotten() {
    observe(3, 50_000);
    observe(100, 100);
    assertThat(pace.estimateNanos(1)).isLessThan(1000);
  }

  @Test
  void anEstimateThatPreventsWorkIsLowered() {
    observe(10, 100);
    pace.lowerEstimate();
    assertThat(pace.estimateNanos(100)).isCloseTo(9000, within(1L));
  }

  private void observe(int times, long nanosPerToken) {
    for (int i = 0; i < times; i++) {
      pace.observe(10, 10 * nanosPerToken);
    }
  }
}
