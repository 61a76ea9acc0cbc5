package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.Thorough;
import dev.snapranker.boot.Version;
import dev.snapranker.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The files of a release, made by the script that the workflow runs. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "releases are made there")
class ReleaseIT {
  @TempDir Path folder;

  @Test
  void aReleaseHasBothPackagesTheLayerTheSbomAndTheirChecksums() throws Exception {
    Path release = release("release");
    String prefix = "snapranker-" + Version.read() + "-";
    String model = DefaultBundle.directory().getFileName().toString();
    List<String> sums = Files.readAllLines(release.resolve("SHA256SUMS"));
    assertThat(sums)
        .extracting(line -> line.substring(66))
        .containsExactlyInAnyOrder(
            prefix + "function-x86_64.zip",
            prefix + "function-arm64.zip",
            prefix + "layer-" + model + ".zip",
            prefix + "sbom.json");
    for (String line : sums) {
      assertThat(Sha256.hex(Files.readAllBytes(release.resolve(line.substring(66)))))
          .isEqualTo(line.substring(0, 64));
    }
    for (String architecture : List.of("x86_64", "arm64")) {
      assertThat(entries(release.resolve(prefix + "function-" + architecture + ".zip")))
          .contains(
              "dev/snapranker/lambda/RerankHandler.class",
              "natives/libonnxruntime.so",
              "META-INF/NOTICE",
              "META-INF/licenses/onnxruntime/LICENSE")
          .noneMatch(name -> name.startsWith("dev/snapranker/dev/"));
    }
    assertThat(entries(release.resolve(prefix + "layer-" + model + ".zip")))
        .contains("model/reranker.json", "model/model.onnx", "model/NOTICE", "model/LICENSE");
  }

  @Test
  @Thorough
  void theSameBuildGivesTheSameBytes() throws Exception {
    assertThat(release("one").resolve("SHA256SUMS"))
        .hasSameTextualContentAs(release("two").resolve("SHA256SUMS"));
  }

  private Path release(String name) throws Exception {
    Path release = folder.resolve(name);
    Process process =
        new ProcessBuilder("packaging/release.sh", release.toString()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
    return release;
  }

  private static List<String> entries(Path zip) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      return file.stream().map(ZipEntry::getName).toList();
    }
  }
}
