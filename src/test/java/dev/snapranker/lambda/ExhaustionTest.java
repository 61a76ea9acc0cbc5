package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.Thorough;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call that runs out of heap or stack has an answer, and so has the next. */
@Timeout(180)
class ExhaustionTest {
  @Test
  void aLegalRequestThatDoesNotFitTheHeapIs503AndTheNextIsRanked() throws Exception {
    List<String> told = exhausted(44, "heap");
    assertThat(called(told, "large")).hasSize(1).allMatch(ExhaustionTest::outOfMemory);
    assertThat(called(told, "small")).hasSize(1).allMatch(ExhaustionTest::ranked);
  }

  @Test
  void theReplyIsInTheDialectOfThePathAndAsksToTryAgain() throws Exception {
    List<String> told = exhausted(96, "dialects");
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
    assertNeighboursAreRanked(2);
  }

  @Thorough
  @Test
  void callsBesideOthersThatFillTheHeapAreRanked() throws Exception {
    assertNeighboursAreRanked(6);
  }

  private static void assertNeighboursAreRanked(int largeCalls) throws Exception {
    List<String> told = exhausted(96, "neighbours", Integer.toString(largeCalls));
    assertThat(called(told, "large")).hasSize(largeCalls).allMatch(ExhaustionTest::outOfMemory);
    assertThat(called(told, "small"))
        .hasSizeGreaterThan(largeCalls)
        .allMatch(ExhaustionTest::ranked);
  }

  @Test
  void aRequestThatIsTooDeepForTheStackIs503AndTheNextIsRanked() throws Exception {
    assertTooDeepIsTold(64 << 10);
  }

  @Thorough
  @Test
  void aRequestThatIsTooDeepForAnyStackIs503AndTheNextIsRanked() throws Exception {
    assertTooDeepIsTold(4 << 10);
  }

  private static void assertTooDeepIsTold(int step) throws Exception {
    List<String> told = exhausted(200, "stack", Integer.toString(step));
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

  /** The process's output. The process must exit by itself. */
  private static List<String> exhausted(int heapMegabytes, String... task)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + heapMegabytes + "m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Exhausted.class.getName()));
    command.addAll(List.of(task));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
      List<String> told = lines.toList();
      assertThat(process.waitFor()).as(String.join("\n", told)).isZero();
      assertThat(told).contains("survived");
      return told;
    }
  }
}
