package dev.snapranker.wire.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.jayway.jsonpath.JsonPath;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scores as OpenSearch reads them: ml-commons casts what JsonPath and json-smart make of a number
 * to {@code Double}, so an Integer or a BigDecimal fails the whole search.
 */
class ScoreTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "1, 1.0",
    "0.5, 0.5",
    "0.9042148103327282, 0.9042148103327282",
    "0.08188147651822349, 0.0818814765182235",
    "1.3830722312895409e-5, 1.3830722312895E-5",
    "1.2e-7, 1.2E-7",
    "9.9999999999999991e-5, 1.0E-4",
    "2.2250738585072014e-308, 2.22507385851E-308",
    "4.9e-324, 4.9E-324",
    "-11.188604354858398, -11.1886043548584"
  })
  void aScoreHasAFractionAndAtMost18Characters(double score, String text) {
    assertThat(written(score)).isEqualTo(text);
    assertThat(read(text)).isExactlyInstanceOf(Double.class).isEqualTo(Double.valueOf(text));
  }

  @Test
  void jsonSmartDoesNotReadALongerNumberAsADouble() {
    assertThat(read("0.08188147651822349")).isInstanceOf(BigDecimal.class);
    assertThat(read("1")).isInstanceOf(Integer.class);
  }

  @Test
  void everyScoreIsReadAsADoubleThatIsNextToIt() {
    scores()
        .forEach(score -> {
          Object read = read(written(score));
          assertThat(read).as("%s", score).isExactlyInstanceOf(Double.class);
          assertThat((Double) read).isEqualTo(score, within(score * 1e-11));
        });
  }

  @Test
  void theOrderStays() {
    List<Double> read = scores().sorted().mapToObj(score -> (Double) read(written(score))).toList();
    assertThat(read).isSorted();
  }

  /** Of models that are sure and unsure, with a few at the edges of what a double can be. */
  private static DoubleStream scores() {
    DoubleStream sigmoids =
        new Random(18).doubles(20_000, -40, 40).map(logit -> 1 / (1 + Math.exp(-logit)));
    DoubleStream edges =
        Stream.iterate(1.0, score -> score > Double.MIN_NORMAL, score -> score / 10)
            .flatMapToDouble(
                power -> DoubleStream.of(Math.nextDown(power), power, Math.nextUp(power)));
    return DoubleStream.concat(sigmoids, edges);
  }

  private static String written(double score) {
    String json =
        Json.write(out -> {
          out.writeStartObject();
          Json.score(out, "score", score);
          out.writeEndObject();
        });
    return json.substring("{\"score\":".length(), json.length() - 1);
  }

  private static Object read(String number) {
    return JsonPath.read("{\"score\":" + number + "}", "$.score");
  }
}
