package dev.snapranker.dev.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LambdaCostTest {
  @Test
  void twiceTheMemoryIsHalfTheTimeForTheSameMoney() {
    LambdaCost one = LambdaCost.of(1769, 600);
    LambdaCost two = LambdaCost.of(3538, 600);
    assertThat(one.vcpus()).isEqualTo(1);
    assertThat(one.millis()).isEqualTo(600);
    assertThat(two.millis()).isEqualTo(300);
    assertThat(one.gbSeconds()).isEqualTo(0.6 * 1769 / 1024, within(1e-9));
    assertThat(two.gbSeconds()).isEqualTo(one.gbSeconds(), within(1e-9));
    // 1.0365 GB-s × $13.3334 per million + $0.20
    assertThat(one.dollarsPerMillion(Price.LAMBDA_ARM64)).isEqualTo(14.02, within(0.01));
    assertThat(one.dollarsPerMillion(Price.LAMBDA_X86_64)).isEqualTo(17.48, within(0.01));
  }

  @Test
  void startedMillisecondsAreBilled() {
    assertThat(LambdaCost.of(1769, 0.1).gbSeconds()).isEqualTo(0.001 * 1769 / 1024, within(1e-12));
  }

  @Test
  void theTemplatesDefaultIsAmongTheMemories() {
    assertThat(LambdaCost.of(600))
        .extracting(LambdaCost::megabytes)
        .contains(LambdaCost.DEFAULT_MEGABYTES)
        .isSorted();
  }
}
