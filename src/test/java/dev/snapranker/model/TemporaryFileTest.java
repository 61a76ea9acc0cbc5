package dev.snapranker.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TemporaryFileTest {
  private static final String SOURCE = "s3://models/m/embeddings.bin";
  private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

  @Test
  void afterItsUseNothingIsLeft() throws IOException {
    Path path;
    try (TemporaryFile file = TemporaryFile.create("e.bin", 5, SOURCE)) {
      path = file.path();
      file.write(channel -> write(channel, "table"));
      assertThat(path).hasContent("table").hasFileName("e.bin").startsWith(TEMPORARY.toRealPath());
    }
    assertThat(path.getParent()).doesNotExist();
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndWhatIsInUseStays() throws IOException {
    Path left = TEMPORARY.resolve("snapranker-embeddings-" + UUID.randomUUID());
    Files.createDirectory(left);
    Files.writeString(left.resolve("e.bin"), "half a tab");
    try (TemporaryFile first = TemporaryFile.create("e.bin", 5, SOURCE)) {
      assertThat(left).doesNotExist();
      try (TemporaryFile second = TemporaryFile.create("e.bin", 5, SOURCE)) {
        assertThat(second.path()).exists().isNotEqualTo(first.path());
        assertThat(first.path()).exists();
      }
    }
  }

  @Test
  void tooLittleRoomIsReportedBeforeAnythingIsWritten() throws IOException {
    long before = folders();
    assertThatThrownBy(() -> TemporaryFile.create("e.bin", 1L << 60, SOURCE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageMatching(
            "s3://models/m/embeddings.bin needs 1152921504606.8 MB in \\S+, which has [0-9.]+ MB free; expected room for 1152921504606.8 MB \\(in Lambda, /tmp has 512 MB, or what EphemeralStorage in template.yaml sets; SnapStart allows no more than 512 MB\\)");
    assertThat(folders()).isEqualTo(before);
  }

  @Test
  void aDiskThatBecomesFullIsReportedWithTheRoomThatIsNeeded() {
    try (TemporaryFile file = TemporaryFile.create("e.bin", 155_600_000, SOURCE)) {
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

  private static long folders() throws IOException {
    try (Stream<Path> all = Files.list(TEMPORARY)) {
      return all.filter(each -> each.getFileName().toString().startsWith("snapranker-emb")).count();
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
