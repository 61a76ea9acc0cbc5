package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call that runs out of heap or stack has an answer, and so has the next. */
@Timeout(180)
class ExhaustionTest {
  @Test
  void aLegalRequestThatDoesNotFitTheHeapIs503AndTheNextIsRanked() throws Exception {
    List<String> told = exhausted("heap", 40);
    assertThat(called(told, "large")).hasSize(1).allMatch(ExhaustionTest::outOfMemory);
    assertThat(called(told, "small")).hasSize(1).allMatch(ExhaustionTest::ranked);
  }

  @Test
  void theAnswerIsInTheDialectOfThePathAndSaysToTryAgain() throws Exception {
    List<String> told = exhausted("dialects", 96);
    assertThat(told.stream().filter(line -> line.startsWith("/")))
        .hasSize(6)
        .allMatch(line -> line.contains(": 503 ") && line.contains("\"retry-after\":\"1\""));
    assertThat(called(told, "/rerank").getFirst())
        .contains("{\"error\":{\"code\":\"out_of_memory\",\"message\":\"the function ran out of");
    assertThat(called(told, "/v1/rerank").getFirst()).contains("\"detail\":", "\"message\":");
    assertThat(called(told, "/v2/rerank").getFirst()).contains("\"id\":", "\"message\":");
    assertThat(called(told, "/voyage/v1/rerank").getFirst()).contains("\"detail\":");
    assertThat(called(told, "/tei/rerank").getFirst()).contains("\"error_type\":\"Unhealthy\"");
    assertThat(called(told, "/bedrock/rerank").getFirst())
        .contains("\"x-amzn-ErrorType\":\"ServiceUnavailableException\"");
    assertThat(called(told, "direct")).hasSize(1).allMatch(ExhaustionTest::outOfMemory);
    assertThat(called(told, "small")).hasSize(6).allMatch(ExhaustionTest::ranked);
  }

  @Test
  void callsBesideOneThatFillsTheHeapAreRanked() throws Exception {
    List<String> told = exhausted("neighbours", 96);
    assertThat(called(told, "large")).hasSize(6).allMatch(ExhaustionTest::outOfMemory);
    assertThat(called(told, "small")).hasSizeGreaterThan(6).allMatch(ExhaustionTest::ranked);
  }

  @Test
  void aRequestThatIsTooDeepForTheStackIs503AndTheNextIsRanked() throws Exception {
    List<String> told = exhausted("stack", 200);
    assertThat(called(told, "deep"))
        .allMatch(line -> outOfMemory(line) || ranked(line))
        .anyMatch(ExhaustionTest::outOfMemory)
        .anyMatch(ExhaustionTest::ranked);
    assertThat(called(told, "small")).isNotEmpty().allMatch(ExhaustionTest::ranked);
  }

  private static List<String> called(List<String> told, String call) {
    return told.stream().filter(line -> line.startsWith(call + ": ")).toList();
  }

  private static boolean outOfMemory(String line) {
    return line.contains(": 503 ") && line.contains("\"code\":\"out_of_memory\"");
  }

  private static boolean ranked(String line) {
    return line.contains(": 200 ");
  }

  /** What the process tells, which must come to its end by itself. */
  private static List<String> exhausted(String how, int heapMegabytes)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + heapMegabytes + "m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Exhausted.class.getName(),
                how)
            .redirectErrorStream(true)
            .start();
    try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
      List<String> told = lines.toList();
      assertThat(process.waitFor()).as(String.join("\n", told)).isZero();
      assertThat(told).contains("survived");
      return told;
    }
  }
}
