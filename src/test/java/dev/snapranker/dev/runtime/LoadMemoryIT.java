package dev.snapranker.dev.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.Thorough;
import dev.snapranker.store.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a function needs to load a large model in parts, with the JVM and all libraries: at most 1.2
 * times the model, and 150 MB.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peak is read from /proc")
@Timeout(300)
class LoadMemoryIT {
  private static final long MODEL_BYTES = 500_000_000;

  @TempDir private Path folder;

  @Test
  void aModelInPartsTakesHardlyMoreMemoryThanItsSize() throws Exception {
    assertInMemoryOnce("loaded", 0);
  }

  @Thorough
  @Test
  void aRehearsedModelTakesHardlyMoreMemoryThanItsSize() throws Exception {
    assertInMemoryOnce("rehearsed", 30);
  }

  private void assertInMemoryOnce(String bucket, int primingSeconds) throws Exception {
    Path bundle = folder.resolve("big");
    long modelBytes = BigBundle.write(bundle, MODEL_BYTES);
    String priming = Integer.toString(primingSeconds);
    check(
        "a directory",
        modelBytes,
        Map.of("MODEL_DIR", bundle.toString(), "PRIMING_SECONDS", priming));
    try (S3Server s3 = S3Server.withBucket(bucket)) {
      s3.putBundle(bundle, "bundle");
      check(
          "S3",
          modelBytes,
          Map.of(
              "MODEL_URI",
              "s3://" + bucket + "/bundle",
              "PRIMING_SECONDS",
              priming,
              "AWS_ENDPOINT_URL_S3",
              s3.address().toString(),
              "AWS_ACCESS_KEY_ID",
              "id",
              "AWS_SECRET_ACCESS_KEY",
              "secret"));
    }
  }

  private static void check(String from, long modelBytes, Map<String, String> variables)
      throws Exception {
    LambdaConfiguration configuration =
        new LambdaConfiguration(
            LambdaConfiguration.HANDLER, 3538, true, Duration.ofSeconds(30), variables, List.of());
    try (LambdaPackage function = LambdaPackage.layOut(Path.of(""), Path.of("/nowhere"));
        LocalLambda lambda = LocalLambda.start(function, configuration)) {
      lambda.awaitInit();
      lambda.restore();
      byte[] event = Files.readAllBytes(Path.of("events", "direct.json"));
      assertThat(lambda.invoke(event).body()).contains("\"rank\":3");
      long peak = lambda.use().peakBytes().orElseThrow();
      System.out.printf(
          "a model of %d MB from %s: %d MB at the peak%n",
          modelBytes / 1_000_000, from, peak / 1_000_000);
      assertThat(peak)
          .as("the weights are there once")
          .isGreaterThan(modelBytes)
          .as("and hardly anything twice")
          .isLessThanOrEqualTo(modelBytes * 6 / 5 + 150_000_000);
    }
  }
}
