package dev.snapranker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFileTest {
  private static final String SOURCE = "s3://models/m/embeddings.bin";

  @TempDir private Path temporary;

  @Test
  void afterItsUseNothingIsLeft() throws IOException {
    Path path;
    try (TemporaryFile file = TemporaryFile.create(temporary, "e.bin", 5, SOURCE)) {
      path = file.path();
      file.write(channel -> write(channel, "table"));
      assertThat(path).hasContent("table").hasFileName("e.bin").startsWith(temporary.toRealPath());
    }
    assertThat(path.getParent()).doesNotExist();
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndWhatIsInUseStays() throws IOException {
    Path left = folder();
    Files.createFile(left.resolve(".lock"));
    Files.writeString(left.resolve("e.bin"), "half a tab");
    Path empty = folder();
    try (TemporaryFile first = TemporaryFile.create(temporary, "e.bin", 5, SOURCE)) {
      assertThat(left).doesNotExist();
      assertThat(empty).doesNotExist();
      try (TemporaryFile second = TemporaryFile.create(temporary, "e.bin", 5, SOURCE)) {
        assertThat(second.path()).exists().isNotEqualTo(first.path());
        assertThat(first.path()).exists();
      }
    }
  }

  /** Anyone may make a link in /tmp. */
  @Test
  void nothingIsDeletedThroughALink(@TempDir Path other) throws IOException {
    Files.createFile(other.resolve(".lock"));
    Path precious = Files.createFile(other.resolve("precious"));
    Path link = Files.createSymbolicLink(unused(), other);
    try (TemporaryFile file = TemporaryFile.create(temporary, "e.bin", 5, SOURCE)) {
      assertThat(file.path()).exists();
      assertThat(precious).exists();
    } finally {
      Files.delete(link);
    }
  }

  @Test
  void anotherUsersFolderStays() throws IOException {
    Path folder = folder();
    Files.createFile(folder.resolve(".lock"));
    try {
      assumeThat(isGivenAway(folder)).as("only root may do so").isTrue();
      try (TemporaryFile file = TemporaryFile.create(temporary, "e.bin", 5, SOURCE)) {
        assertThat(file.path()).exists();
        assertThat(folder.resolve(".lock")).exists();
      }
    } finally {
      Files.delete(folder.resolve(".lock"));
      Files.delete(folder);
    }
  }

  private static boolean isGivenAway(Path folder) {
    try {
      Files.setAttribute(folder, "unix:uid", 65_534);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** ONNX Runtime opens and closes the file, which would end a lock on the file itself. */
  @Test
  void anotherProcessLeavesAFileThatWasOpenedAndClosed() throws Exception {
    try (TemporaryFile file = TemporaryFile.create(temporary, "e.bin", 5, SOURCE)) {
      assertThat(Files.readAllBytes(file.path())).isEmpty();
      TemporaryFile.create(temporary, "e.bin", 5, SOURCE).close(); // another model of this process
      assertThat(otherProcess(1).waitFor()).isZero();
      assertThat(file.path()).exists();
    }
  }

  /** Without care, one would delete a file that another has made and not yet locked. */
  @Test
  void processesThatStartAtOnceKeepTheirFiles() throws Exception {
    List<Process> processes = List.of(otherProcess(300), otherProcess(300));
    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }
  }

  @Test
  void aProcessThatExitsWithoutClosingLeavesNothing() throws Exception {
    assertThat(process(Unclosed.class).waitFor()).isZero();
    assertThat(temporary).isEmptyDirectory();
  }

  /** ONNX Runtime maps no file through a link, such as /tmp of macOS. */
  @Test
  void thePathHasNoLinks() throws IOException {
    Path real = Files.createDirectory(temporary.resolve("private"));
    Path link = Files.createSymbolicLink(temporary.resolve("tmp"), real);
    try (TemporaryFile file = TemporaryFile.create(link, "e.bin", 5, SOURCE)) {
      assertThat(file.path()).startsWithRaw(real.toRealPath());
    }
    assertThat(real).isEmptyDirectory();
  }

  @Test
  void threadsKeepTheirFiles() throws Exception {
    List<Thread> threads = new ArrayList<>();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, e) -> failures.add(e))
              .start(() -> Starts.run(temporary, 50)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  private Process otherProcess(int starts) throws IOException {
    return process(Starts.class, String.valueOf(starts));
  }

  private Process process(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            temporary.toString());
    return new ProcessBuilder(Stream.concat(command.stream(), Stream.of(arguments)).toList())
        .inheritIO()
        .start();
  }

  /** Makes a file and leaves it to the JVM. */
  static final class Unclosed {
    public static void main(String[] args) {
      TemporaryFile.create(Path.of(args[0]), "e.bin", 5, SOURCE)
          .write(channel -> write(channel, "table"));
    }
  }

  /** Makes files one after the other; each must stay until it is closed. */
  static final class Starts {
    public static void main(String[] args) {
      run(Path.of(args[0]), Integer.parseInt(args[1]));
    }

    static void run(Path temporary, int starts) {
      for (int i = 0; i < starts; i++) {
        try (TemporaryFile file = TemporaryFile.create(temporary, "e.bin", 5, SOURCE)) {
          file.write(channel -> write(channel, "table"));
          if (!Files.exists(file.path())) {
            throw new IllegalStateException("start " + i + " lost its file");
          }
        }
      }
    }
  }

  @Test
  void aFolderThatIsMissingIsReported() {
    Path missing = temporary.resolve("missing");
    assertThatThrownBy(() -> TemporaryFile.create(missing, "e.bin", 5, SOURCE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith(
            "%s needs 0.0 MB in %s, which cannot be written: there is no such folder; expected room"
                .formatted(SOURCE, missing));
  }

  private Path folder() throws IOException {
    return Files.createDirectory(unused());
  }

  private Path unused() {
    return temporary.resolve("snapranker-embeddings-" + UUID.randomUUID());
  }

  @Test
  void tooLittleRoomIsReportedBeforeAnythingIsWritten() {
    assertThatThrownBy(() -> TemporaryFile.create(temporary, "e.bin", 1L << 60, SOURCE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageMatching(
            "s3://models/m/embeddings.bin needs 1152921504606.8 MB in \\S+, which has [0-9.]+ MB free; expected room for 1152921504606.8 MB \\(in Lambda, /tmp has 512 MB, or what EphemeralStorage in template.yaml sets; SnapStart allows no more than 512 MB\\)");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aDiskThatBecomesFullIsReportedWithTheRoomThatIsNeeded() {
    try (TemporaryFile file = TemporaryFile.create(temporary, "e.bin", 155_600_000, SOURCE)) {
      assertThatThrownBy(() ->
              file.write(_ -> {
                throw new UncheckedIOException(
                    new FileSystemException("e.bin", null, "No space left on device"));
              }))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessageStartingWith("s3://models/m/embeddings.bin needs 155.6 MB in ")
          .hasMessageContaining(
              ", which cannot be written: No space left on device; expected room for 155.6 MB");
    }
  }

  private static void write(FileChannel channel, String text) {
    try {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
