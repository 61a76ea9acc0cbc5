package dev.snapranker.dev.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LambdaConfigurationTest {

  @ParameterizedTest
  @CsvSource({"1, 130", "30, 130", "130, 130", "131, 131", "900, 900"})
  void initHasLambdasTimeOrTheFunctionsIfThatIsLonger(int timeLimit, int initLimit) {
    LambdaConfiguration configuration =
        new LambdaConfiguration(
            "handler", 128, false, Duration.ofSeconds(timeLimit), Map.of(), List.of());
    assertThat(configuration.initLimit()).isEqualTo(Duration.ofSeconds(initLimit));
  }
}
