package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.snapranker.DefaultBundle;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The process opens no outbound connection and writes nothing outside of its temporary folder. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "seccomp is Linux's")
@Timeout(120)
class IsolationIT {
  /** 128 + SIGSYS: the exit code of a process that the kernel kills because it broke its filter. */
  private static final int ENDED_BY_FILTER = 128 + 31;

  /** Where a repository keeps it; Testcontainers brings it. */
  private static final String JNA = String.join(File.separator, "net", "java", "dev", "jna");

  @TempDir Path home;
  @TempDir Path temporary;

  @Test
  void itStartsAndRanksWithoutASocketOrAFileOpenedForWriting() throws Exception {
    assumeThat(DefaultBundle.nativeDir()).as("natives in a directory").isNotEmpty();
    Run run = confined("rank", DefaultBundle.nativeDir());
    assertThat(run.output).contains("ranked: 3").contains("survived");
    assertThat(run.exitCode).isZero();
    assertThat(files(home)).isEmpty();
    assertThat(files(temporary)).isEmpty();
  }

  @Test
  void theFilterWouldHaveSeenAConnection() throws Exception {
    Run run = confined("connect", DefaultBundle.nativeDir());
    assertThat(run.exitCode).isEqualTo(ENDED_BY_FILTER);
    assertThat(run.output).doesNotContain("survived");
  }

  @Test
  void theFilterWouldHaveSeenAWrite() throws Exception {
    Run run = confined("write", DefaultBundle.nativeDir());
    assertThat(run.exitCode).isEqualTo(ENDED_BY_FILTER);
    assertThat(run.output).doesNotContain("survived");
  }

  @Test
  void withoutANativeDirectoryItWritesOnlyToTheTemporaryFolder() throws Exception {
    Path work = Files.createDirectory(home.resolve("work"));
    Path bundle = DefaultBundle.directory().toAbsolutePath();
    Path event = Path.of("events", "direct.json").toAbsolutePath();
    Run run =
        run(
            List.of("dev.snapranker.lambda.Unconfined", event.toString()),
            Map.of("MODEL_DIR", bundle.toString(), "NATIVE_DIR", ""),
            work);
    assertThat(run.output).contains("ranked: 3");
    assertThat(files(home)).isEmpty();
    assertThat(files(temporary)).isNotEmpty();
  }

  private Run confined(String task, String nativeDir) throws Exception {
    return run(
        List.of("dev.snapranker.lambda.Isolated", task),
        Map.of("MODEL_DIR", DefaultBundle.directory().toString(), "NATIVE_DIR", nativeDir),
        Path.of(""));
  }

  private Run run(List<String> main, Map<String, String> environment, Path directory)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:-UsePerfData",
            "-Duser.home=" + home,
            "-Djava.io.tmpdir=" + temporary,
            "-cp",
            classPath()));
    command.addAll(main);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toAbsolutePath().toFile());
    builder.environment().putAll(environment);
    builder.environment().put("HOME", home.toString());
    builder.environment().put("TMPDIR", temporary.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("XDG_"));
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  /**
   * Without JNA, which the package does not have: where it lies, DJL unpacks it to look for CUDA.
   */
  private static String classPath() {
    List<String> absolute = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (entry.contains(JNA)) {
        continue;
      }
      absolute.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, absolute);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }

  private record Run(int exitCode, String output) {}
}
