package dev.snapranker.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.dev.cli.ExitCode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script {@code snapranker} in a clone. The clone's build only copies the classes of this
 * build.
 */
@Timeout(60)
class LauncherTest {
  private static final String BUILDING = "Building Snapranker";

  /** Jars only: the JVM archives no classes out of folders. */
  private static final String CLASSPATH =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
          .filter(entry -> entry.endsWith(".jar"))
          .collect(Collectors.joining(":"));

  @TempDir static Path shared;
  private static Path jar;

  @TempDir Path folder;
  private Path clone;

  @BeforeAll
  static void makeJar() {
    jar = shared.resolve("snapranker.jar");
    ToolProvider.findFirst("jar")
        .orElseThrow()
        .run(System.out, System.err, "cf", jar.toString(), "-C", "target/classes", ".");
  }

  @BeforeEach
  void makeClone() throws IOException {
    clone = Files.createDirectory(folder.resolve("clone"));
    Files.createDirectories(clone.resolve("src/main"));
    Files.createDirectories(clone.resolve("target"));
    Files.createDirectories(clone.resolve(".mvn"));
    Files.copy(Path.of(".mvn", "jdk.sh"), clone.resolve(".mvn/jdk.sh"));
    executable("snapranker", Files.readString(Path.of("snapranker")));
    executable("mvnw", "#!/bin/sh\ncp '" + jar + "' target/snapranker.jar\n" + writeClasspath(""));
    Files.createFile(clone.resolve("pom.xml"));
    sh("cd clone && ./mvnw && touch target/snapranker.built");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LANG=C", "LC_ALL=POSIX", "LANG=xx_YY.UTF-8", "LANG="})
  void argumentsAreUtf8InEveryLocale(String locale) throws IOException {
    Run run = sh("unset LC_ALL; " + locale + " clone/snapranker invoke 'Zürich où.json'");
    assertThat(run.exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run.out).contains("Zürich où.json: no such file");
  }

  @Test
  void itRunsThroughALink() throws IOException {
    Run run = sh("mkdir bin && ln -s ../clone/snapranker bin/rerank && bin/rerank --version");
    assertThat(run.out).startsWith("snapranker ").doesNotContain(BUILDING);
    assertThat(run.exitCode).isZero();
  }

  @Test
  void aJarThatIsNotThereAnyMoreIsBuiltAgain() throws IOException {
    assertThat(sh("rm clone/target/snapranker.jar; clone/snapranker --version").out)
        .contains(BUILDING, "snapranker 0");
    sh("cd clone && " + writeClasspath("/no/such.jar:"));
    assertThat(sh("clone/snapranker --version").out).contains(BUILDING, "snapranker 0");
    assertThat(sh("clone/snapranker --version").out).doesNotContain(BUILDING);
  }

  @Test
  void aFolderThatCannotBeWrittenIsReported() throws IOException {
    Run run = sh("rm -r clone/target && touch clone/target && clone/snapranker --version");
    assertThat(run.exitCode).isEqualTo(ExitCode.NOT_BUILT);
    assertThat(run.out)
        .isEqualTo(
            "snapranker: must be built, but %s/target cannot be written; allow this user to write there\n"
                .formatted(clone.toRealPath()));
  }

  @Test
  void aHomeThatIsNotSetIsTheUsersOwn() throws IOException {
    Run run = sh("unset HOME; set -eu; . clone/.mvn/jdk.sh; cd \"$HOME\"");
    assertThat(run.exitCode).as(run.out).isZero();
  }

  private static String writeClasspath(String more) {
    return "echo '%s%s' >target/classpath\n".formatted(more, CLASSPATH);
  }

  private void executable(String name, String script) throws IOException {
    Path file = Files.writeString(clone.resolve(name), script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Runs a script, from a file: no locale of this JVM's comes between. */
  private Run sh(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("script"), script);
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder("sh", file.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      process.destroyForcibly();
    }
    return new Run(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
  }

  private record Run(int exitCode, String out) {}
}
