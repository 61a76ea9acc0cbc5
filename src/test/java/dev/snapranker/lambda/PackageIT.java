package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is deployed, laid out by the script that {@code sam build} runs. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "packaging/lay-out.sh is a shell script")
class PackageIT {
  /** Lambda's limit on function and layers together. */
  private static final long LAMBDA_BYTES = 250L << 20;

  /** What the function has, and little more: whatever else gets into it must be noticed. */
  private static final long MOST_FUNCTION_BYTES = 60_000_000;

  @ParameterizedTest
  @CsvSource({"x86_64, 62", "arm64, 183"})
  void thePackageContainsOnlyWhatTheFunctionNeeds(
      String architecture, int elfMachine, @TempDir Path folder) throws Exception {
    Process layOut =
        new ProcessBuilder("sh", "packaging/lay-out.sh", architecture, folder.toString())
            .inheritIO()
            .start();
    assertThat(layOut.waitFor()).isZero();

    assertThat(files(folder.resolve("natives")))
        .extracting(file -> file.getFileName().toString())
        .containsExactlyInAnyOrder(
            "libonnxruntime.so", "libonnxruntime4j_jni.so", "libtokenizers.so");
    for (Path file : files(folder)) {
      String path = folder.relativize(file).toString();
      byte[] head = head(file);
      if (head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F') {
        assertThat(path).startsWith("natives/");
        assertThat(head[18] & 0xff).as("machine of %s", path).isEqualTo(elfMachine);
      }
      assertThat(path)
          .doesNotContain(
              "snapranker/dev",
              "picocli",
              "langchain4j",
              "djl/onnxruntime",
              "jna",
              "osx",
              "win-x64");
    }
    assertThat(folder.resolve("dev/snapranker/lambda/RerankHandler.class")).exists();

    long function = bytes(folder);
    long layer = bytes(DefaultBundle.directory());
    System.out.printf(
        "unzipped package, %s: function %.1f MB + model layer %.1f MB%n",
        architecture, function / 1e6, layer / 1e6);
    assertThat(function).isLessThan(MOST_FUNCTION_BYTES);
    assertThat(files(DefaultBundle.directory()))
        .extracting(file -> file.getFileName().toString())
        .containsExactlyInAnyOrder(
            "LICENSE", "NOTICE", "README.md", "model.onnx", "reranker.json", "tokenizer.json");
    assertThat(function + layer).isLessThan(LAMBDA_BYTES * 35 / 100);
  }

  /** The first bytes of a file; zeros for what a short one lacks. */
  private static byte[] head(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return Arrays.copyOf(in.readNBytes(20), 20);
    }
  }

  private static long bytes(Path folder) throws IOException {
    return files(folder).stream()
        .mapToLong(file -> {
          try {
            return Files.size(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        })
        .sum();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }
}
