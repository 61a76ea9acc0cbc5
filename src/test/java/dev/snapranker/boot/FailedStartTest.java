package dev.snapranker.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.snapranker.DefaultBundle;
import dev.snapranker.NativeMemory;
import dev.snapranker.lambda.JobHandler;
import dev.snapranker.lambda.RerankHandler;
import dev.snapranker.model.Manifest;
import dev.snapranker.observe.Startup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts that fail at each of their steps, over and over, with the real model: what one of them
 * leaves open stays in native memory.
 */
class FailedStartTest {
  private static final int STARTS = 6;

  /** Of one session of the default model there is more, of one tokenizer about as much. */
  private static final long MAX_BYTES_PER_START = 3 << 20;

  @TempDir Path folder;

  /** A sound bundle, named so that it is loaded before the others. */
  @BeforeEach
  void copyTheDefaultBundle() throws IOException {
    copy("a-sound");
  }

  @Test
  void aFailingGoldenPairOfALaterBundleLeavesNothingOpen() throws IOException {
    change(copy("b-golden"), "\"logit\": 0.07", "\"logit\": 0.67");
    assertNothingStaysOpen(() -> wire(Map.of()), "golden[0]");
  }

  @Test
  void aLaterBundleWithoutAGraphLeavesNothingOpen() throws IOException {
    Files.delete(copy("b-no-graph").resolve(Manifest.MODEL));
    assertNothingStaysOpen(() -> wire(Map.of()), "model.onnx cannot be read");
  }

  @Test
  void anUnknownModelInAStageLeavesNothingOpen() {
    assertNothingStaysOpen(() -> wire(Map.of("STAGES", "none")), "none");
  }

  @Test
  void anAliasOfAnUnknownModelLeavesNothingOpen() {
    assertNothingStaysOpen(
        () -> {
          try (RerankHandler _ = new RerankHandler(settings(Map.of("MODEL_ALIASES", "x=none")))) {
            throw new AssertionError("it starts");
          }
        },
        "none");
  }

  @Test
  void fanOutNeedsAFunctionThatCanBeInvoked() {
    assertNothingStaysOpen(
        () -> {
          try (RerankHandler _ = new RerankHandler(settings(Map.of("FAN_OUT_CANDIDATES", "7")))) {
            throw new AssertionError("it starts");
          }
        },
        "FAN_OUT_CANDIDATES is 7, but this is no Lambda function that could be invoked; expected 0");
  }

  @Test
  void aJobFunctionThatDoesNotStartLeavesNothingOpen() {
    assertNothingStaysOpen(
        () -> {
          Map<String, String> unusable =
              Map.of("METRICS_NAMESPACE", "x", "AWS_LAMBDA_FUNCTION_NAME", "\u00e9");
          try (JobHandler _ = new JobHandler(settings(unusable))) {
            throw new AssertionError("it starts");
          }
        },
        "Dimension value has invalid characters");
  }

  @Test
  void aClosedHandlerHasClosedEverything() {
    assertNothingStaysOpen(
        () -> {
          try (RerankHandler _ = new RerankHandler(settings(Map.of()))) {
            assertThat(scoringThreads()).isGreaterThan(0);
            throw new IllegalStateException("closed");
          }
        },
        "closed");
  }

  private void wire(Map<String, String> environment) {
    try (Wiring _ = Wiring.of(settings(environment), new Startup())) {
      throw new AssertionError("it starts");
    }
  }

  private static void assertNothingStaysOpen(ThrowingCallable start, String message) {
    assumeTrue(NativeMemory.isKnown(), "a C library other than glibc");
    assertThatThrownBy(start).hasMessageContaining(message); // what is loaded once, is now
    long threadsBefore = scoringThreads();
    long leastGrowth = Long.MAX_VALUE; // the C library takes and gives back memory at any time
    for (int i = 0; i < STARTS; i++) {
      long before = NativeMemory.bytes();
      assertThatThrownBy(start).isNotInstanceOf(AssertionError.class);
      leastGrowth = Math.min(leastGrowth, NativeMemory.bytes() - before);
    }
    assertThat(leastGrowth).isLessThan(MAX_BYTES_PER_START);
    assertThat(scoringThreads()).isEqualTo(threadsBefore);
  }

  private static long scoringThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("score-"))
        .count();
  }

  private Settings settings(Map<String, String> more) {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("MODEL_DIR", folder.toString());
    environment.putAll(more);
    return Settings.from(environment);
  }

  /** The default bundle under another name and id. */
  private Path copy(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    try (var files = Files.list(DefaultBundle.directory())) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    change(copy, "\"id\": \"", "\"id\": \"" + name + "-");
    return copy;
  }

  private static void change(Path bundle, String from, String to) throws IOException {
    Path manifest = bundle.resolve(Manifest.FILE);
    String text = Files.readString(manifest);
    assertThat(text).contains(from);
    Files.writeString(manifest, text.replace(from, to));
  }
}
