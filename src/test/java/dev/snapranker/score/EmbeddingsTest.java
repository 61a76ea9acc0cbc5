package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import dev.snapranker.TinyManifest;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.text.EncodedPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A graph whose table of 100 rows of one value is in a file that ONNX Runtime maps. */
class EmbeddingsTest {
  private static final EncodedPair PAIR =
      new EncodedPair(new long[] {5, 77, 99}, new long[] {0, 0, 0}, 1);
  private static final int FLOAT = 1;
  private static final int INT8 = 3;
  private static final int ROWS = 100;
  private static final String FILE = "embeddings.bin";

  @TempDir private Path folder;
  private Path file;

  @BeforeAll
  static void loadNatives() {
    DefaultBundle.handler();
  }

  @BeforeEach
  void writeTheTable() throws IOException {
    file = folder.toRealPath().resolve(FILE);
    ByteBuffer table = ByteBuffer.allocate(Float.BYTES * ROWS).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < ROWS; row++) {
      table.putFloat(row / 2f);
    }
    Files.write(file, table.array());
  }

  @Test
  void theRowsComeFromTheFile() {
    assertThat(logit(lookup(FLOAT, ROWS, "0", "400"), FILE)).isEqualTo((5 + 77 + 99) / 2f);
  }

  @Test
  void aTableMayBeginAnywhereInTheFile() throws IOException {
    byte[] content = new byte[10_000];
    content[9_001 + 5] = 3;
    content[9_001 + 99] = -20;
    Files.write(file, content);
    assertThat(logit(lookup(INT8, ROWS, "9001", "100"), FILE)).isEqualTo(3 - 20);
  }

  @Test
  void aSessionOutlivesTheFile() throws IOException {
    try (CrossEncoder encoder = open(lookup(FLOAT, ROWS, "0", "400"), FILE)) {
      Files.delete(file);
      assertThat(encoder.logit(PAIR)).isEqualTo((5 + 77 + 99) / 2f);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 100, 4, 400",
    "1, 100, 0, 399",
    "1, 100, 0, 401",
    "1, 100, -4, 400",
    "1, 100, 0x0, 400",
    "1, 100, '', 400",
    "1, 100, ' 0', 400",
    "1, 100, 0, ''",
    "1, 100, 9223372036854775807, 400",
    "1, 100, 999999999999999999, 400",
    "1, 101, 0, 400",
    "1, 101, 0, 404",
    "1, 0, 0, 0",
    "1, 2147483647, 0, 400",
    "3, 100, 301, 100",
    "3, 100, 0, 400",
    "8, 100, 0, 400",
    "99, 100, 0, 400"
  })
  void aTableThatIsNotInTheFileIsRefused(int type, int rows, String offset, String length) {
    assertThatThrownBy(() -> logit(lookup(type, rows, offset, length), FILE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "a has weights in embeddings.bin that are not there: 'table' of type %d and shape [%d, 1], at offset '%s' with length '%s'; expected location, offset and length, and all bytes of the shape within the file's 400"
                .formatted(type, rows, offset, length));
  }

  @Test
  void aPlaceThatIsNotSaidOnceIsRefused() {
    for (String[] place :
        new String[][] {
          {"location", FILE},
          {"location", FILE, "offset", "0"},
          {"location", FILE, "length", "400"},
          {"location", FILE, "offset", "0", "length", "400", "checksum", "0"},
          {"location", FILE, "offset", "0", "offset", "0", "length", "400"},
          {"location", FILE, "offset", "0", "offset", "0"}
        }) {
      assertThatThrownBy(() -> logit(TinyOnnx.lookup("ids", FLOAT, ROWS, place), FILE))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessageStartingWith("a has weights in embeddings.bin that are not there: 'table'");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "other.bin",
    "./embeddings.bin",
    "../embeddings.bin",
    "/etc/passwd",
    "sub/embeddings.bin",
    "EMBEDDINGS.BIN",
    "embeddings.binembeddings.bin",
    "*/_ORT_MEM_ADDR_/*"
  })
  void anyOtherFileIsRefused(String location) throws IOException {
    Files.copy(file, folder.resolve("other.bin"));
    byte[] graph =
        TinyOnnx.lookup("ids", FLOAT, ROWS, "location", location, "offset", "0", "length", "400");
    assertThatThrownBy(() -> logit(graph, FILE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith(
            "a has weights in another file, '%s', which has no checksum; expected"
                .formatted(location));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "INITIALIZER")
  void onlyInitializersMayBeInTheFile(TinyOnnx.External where) {
    byte[] graph = TinyOnnx.external(where, FILE, "ids");
    assertThatThrownBy(() -> logit(graph, FILE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith("a has weights in another file, 'embeddings.bin', which has no");
  }

  @Test
  void withoutAFileInTheManifestNoneIsRead() {
    assertThatThrownBy(() -> logit(lookup(FLOAT, ROWS, "0", "400"), null))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith("a has weights in another file, 'embeddings.bin', which has no");
  }

  @Test
  void aFileThatNoPartUsesIsRefused() {
    assertThatThrownBy(() -> logit(TinyOnnx.sum("ids"), FILE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "reranker.json names embeddings.bin as embeddings, but no part has weights there; expected only files that are used");
  }

  @Test
  void anIdBehindTheLastRowFailsOneRequest() {
    EncodedPair beyond = new EncodedPair(new long[] {5, 100}, new long[] {0, 0}, 1);
    try (CrossEncoder encoder = open(lookup(FLOAT, ROWS, "0", "400"), FILE)) {
      assertThatThrownBy(() -> encoder.logit(beyond))
          .hasStackTraceContaining("idx=100 must be within the inclusive range [-100,99]");
      assertThat(encoder.logit(PAIR)).isEqualTo((5 + 77 + 99) / 2f);
    }
  }

  /** Each graph with one bit changed: a message about the bundle or a graph, never a crash. */
  @Test
  void aDamagedGraphIsAnErrorOrAGraph() {
    byte[] whole = lookup(FLOAT, ROWS, "0", "400");
    int refused = 0;
    for (int i = 0; i < whole.length; i++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) (1 << bit);
        try {
          open(damaged, FILE).close();
        } catch (InvalidBundleException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(whole.length);
  }

  private static byte[] lookup(int type, int rows, String offset, String length) {
    return TinyOnnx.lookup("ids", type, rows, "location", FILE, "offset", offset, "length", length);
  }

  private float logit(byte[] graph, @Nullable String embeddings) {
    try (CrossEncoder encoder = open(graph, embeddings)) {
      return encoder.logit(PAIR);
    }
  }

  private CrossEncoder open(byte[] graph, @Nullable String embeddings) {
    Manifest manifest = manifest(embeddings);
    try (GraphBuilder builder = new GraphBuilder(manifest, embeddings == null ? null : file)) {
      builder.add("a", ByteBuffer.allocateDirect(graph.length).put(graph).flip());
      return new CrossEncoder(manifest, builder.build());
    }
  }

  private Manifest manifest(@Nullable String embeddings) {
    return new TinyManifest()
        .parts(List.of("a"))
        .file(FILE, file.toFile().length())
        .embeddings(embeddings)
        .build();
  }
}
