package dev.snapranker.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Native libraries that cannot be loaded, in a process of its own: this one has loaded them. The
 * package's natives of both architectures are there after the build's resources are.
 */
class NativesTest {
  private static final Path PACKAGED = Path.of("target", "native").toAbsolutePath();
  private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");
  private static final String HERE = IS_ARM ? "arm64" : "x86_64";
  private static final String ELSEWHERE = IS_ARM ? "x86_64" : "arm64";

  @TempDir Path folder;

  @BeforeEach
  void copyTheNatives() throws Exception {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "the package is for Linux");
    try (Stream<Path> files = Files.list(PACKAGED.resolve(HERE))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"libtokenizers.so", "libonnxruntime.so", "libonnxruntime4j_jni.so"})
  void aLibraryForAnotherProcessorIsReportedWithThePackageToTake(String library) throws Exception {
    Files.copy(
        PACKAGED.resolve(ELSEWHERE).resolve(library),
        folder.resolve(library),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(rank(folder.toString()))
        .startsWith(
            "snapranker: NATIVE_DIR is '%s', whose libraries cannot be loaded on Linux, %s: "
                .formatted(folder, HERE))
        .contains(library)
        .endsWith(
            "; expected the package for %s: give Architecture=%s to sam build and sam deploy, or, outside of Lambda, set NATIVE_DIR to the libraries of this machine"
                .formatted(HERE, HERE));
  }

  @Test
  void aMissingLibraryIsNamed() throws Exception {
    Files.delete(folder.resolve("libonnxruntime.so"));
    assertThat(rank(folder.toString()))
        .isEqualTo(
            "snapranker: NATIVE_DIR is '%s', which has no libonnxruntime.so; expected the directory of the native libraries, or an empty value"
                .formatted(folder));
  }

  @Test
  void aProcessorWithoutLibrariesInTheJarsIsNamed() throws Exception {
    assertThat(rank("", "-Dos.arch=riscv64"))
        .startsWith(
            "snapranker: the native libraries in the jars cannot be loaded on Linux, riscv64: ")
        .contains("; expected Linux with glibc on x86_64 or arm64, macOS on arm64 or Windows on");
  }

  @Test
  void aFolderOfTemporaryFilesThatIsNoneIsReported() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(rank("", "-Djava.io.tmpdir=" + file))
        .startsWith("snapranker: ")
        .contains(" cannot be loaded on Linux, " + HERE + ": " + file)
        .endsWith("; expected that the folder for temporary files, java.io.tmpdir, can be written");
  }

  /** The only line that the command prints, without the JVM's own. */
  private String rank(String nativeDir, String... jvm) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(jvm));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("rank", "--query", "q", "--candidates", "events/candidates.jsonl"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("NATIVE_DIR", nativeDir);
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
      List<String> said =
          lines.filter(line -> !line.startsWith("WARNING: java.io.tmpdir")).toList();
      assertThat(process.waitFor()).as(String.join("\n", said)).isEqualTo(ExitCode.NOT_STARTED);
      assertThat(said).hasSize(1);
      return said.getFirst();
    }
  }
}
