package dev.snapranker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "packaging/release-notes.sh is a shell script")
class ReleaseNotesTest {
  @TempDir Path folder;

  @BeforeEach
  void makeAClone() throws IOException {
    Path packaging = Files.createDirectory(folder.resolve("packaging"));
    Files.copy(
        Path.of("packaging", "release-notes.sh"),
        packaging.resolve("release-notes.sh"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(
        folder.resolve("CHANGELOG.md"),
        "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.2.0\n\n- two\n- three\n\n## 0.1.0\n\n- one\n");
  }

  @Test
  void aVersionsNotesAreItsSectionAndNothingElse() throws Exception {
    assertThat(notes("0.2.0").strip()).isEqualTo("- two\n- three");
    assertThat(notes("0.1.0").strip()).isEqualTo("- one");
  }

  @Test
  void aVersionWithoutASectionIsRefused() throws Exception {
    assertThat(notes("0.2"))
        .isEqualTo("exit 1: release-notes.sh: CHANGELOG.md has no section '## 0.2'\n");
  }

  @Test
  void theVersionOfThisProjectHasNotes() throws Exception {
    Matcher version =
        Pattern.compile("<version>(.*)</version>").matcher(Files.readString(Path.of("pom.xml")));
    assertThat(version.find()).isTrue();
    Files.copy(
        Path.of("CHANGELOG.md"),
        folder.resolve("CHANGELOG.md"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(notes(version.group(1))).contains("\n- ").doesNotStartWith("exit");
  }

  private String notes(String version) throws Exception {
    Process process =
        new ProcessBuilder(folder.resolve("packaging/release-notes.sh").toString(), version)
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    return exitCode == 0 ? printed : "exit " + exitCode + ": " + printed;
  }
}
