package dev.snapranker.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountedTest {

  @ParameterizedTest
  @CsvSource({
    "0, line, 0 lines",
    "1, line, 1 line",
    "2, line, 2 lines",
    "1, query, 1 query",
    "2, query, 2 queries",
    "0, entry, 0 entries",
    "1, output class, 1 output class",
    "3, output class, 3 output classes",
  })
  void aNounIsSingularForOneAlone(long count, String noun, String expected) {
    assertThat(Counted.of(count, noun)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1 of 1 candidate was",
    "1, 2, 1 of 2 candidates was",
    "2, 2, 2 of 2 candidates were",
  })
  void theVerbGoesWithThePartAndTheNounWithAll(long part, long all, String expected) {
    assertThat(Counted.share(part, all, "candidate", "was", "were")).isEqualTo(expected);
  }
}
