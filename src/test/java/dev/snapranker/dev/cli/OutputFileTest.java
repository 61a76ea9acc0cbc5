package dev.snapranker.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  @TempDir private Path folder;

  @Test
  void aFileIsReplacedAsAWholeAlsoThroughALink() throws IOException {
    Path file = folder.resolve("file");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    OutputFile.write(file, "one");
    OutputFile.write(link, "two");
    assertThat(file).hasContent("two");
    assertThat(link).isSymbolicLink();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(file, link);
    }
  }

  @Test
  void anInputIsRefusedAsAnOutputUnderAnyName() throws IOException {
    Path input = Files.writeString(folder.resolve("input"), "x");
    Path link = Files.createSymbolicLink(folder.resolve("link"), input);
    Path hard = Files.createLink(folder.resolve("hard"), input);
    for (Path out : List.of(input, link, hard, folder.resolve("./input"))) {
      assertThatThrownBy(() -> OutputFile.require(out, List.of(folder.resolve("no"), input)))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              out + " cannot be written: it is an input of this command; choose another name");
    }
    OutputFile.require(folder.resolve("other"), List.of(input));
  }

  @Test
  void anOutputThatCannotBeWrittenIsReported() throws IOException {
    assertThatThrownBy(() -> OutputFile.write(folder, "x"))
        .isInstanceOf(UsageException.class)
        .hasMessage(folder + " cannot be written: it is a folder; expected a file's name");
    Path file = folder.resolve("none/file");
    assertThatThrownBy(() -> OutputFile.require(file))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            file
                + " cannot be written: the folder %s does not exist; make it first"
                    .formatted(folder.resolve("none")));
  }

  @Test
  void aFullDiskIsReported() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    assertThatThrownBy(() -> OutputFile.write(full, "x"))
        .isInstanceOf(UsageException.class)
        .hasMessage("/dev/full cannot be written: No space left on device");
  }
}
