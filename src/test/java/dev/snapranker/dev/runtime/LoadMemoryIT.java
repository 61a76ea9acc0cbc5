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
 * times its matrices, and 150 MB. Its embeddings are mapped, so they take nearly nothing.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peak is read from /proc")
@Timeout(300)
class LoadMemoryIT {
  private static final long MATRIX_BYTES = 400_000_000;
  private static final int EMBEDDING_BYTES = 200_000_000;

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
    long matrixBytes = BigBundle.write(bundle, EMBEDDING_BYTES, MATRIX_BYTES);
    String priming = Integer.toString(primingSeconds);
    check(
        "a directory",
        matrixBytes,
        Map.of("MODEL_DIR", bundle.toString(), "PRIMING_SECONDS", priming));
    try (S3Server s3 = S3Server.withBucket(bucket)) {
      s3.putBundle(bundle, "bundle");
      check(
          "S3",
          matrixBytes,
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

  private static void check(String from, long matrixBytes, Map<String, String> variables)
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
          "matrices of %d MB and embeddings of %d MB from %s: %d MB at the peak%n",
          matrixBytes / 1_000_000, EMBEDDING_BYTES / 1_000_000, from, peak / 1_000_000);
      assertThat(peak)
          .as("the matrices are there once")
          .isGreaterThan(matrixBytes)
          .as("and hardly anything twice, and no embeddings")
          .isLessThanOrEqualTo(matrixBytes * 6 / 5 + 150_000_000);
    }
  }
}
