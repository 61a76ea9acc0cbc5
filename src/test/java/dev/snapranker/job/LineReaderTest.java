package dev.snapranker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.api.Deadline;
import dev.snapranker.store.GzipException;
import dev.snapranker.store.Place;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static final int MAX = 100_000;

  @Test
  void linesAreNumberedAndBlankOnesCounted() throws IOException {
    assertThat(texts("a\n\n \t\r\nb\r\nc".getBytes(StandardCharsets.UTF_8)))
        .containsExactly("1:a", "4:b\r", "5:c");
    assertThat(texts(new byte[0])).isEmpty();
    assertThat(texts("\n\n".getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @Test
  void aLineMayCrossBuffers() throws IOException {
    String one = "x".repeat(65_535);
    String two = "y".repeat(90_000);
    assertThat(texts((one + "\n" + two + "\nz\n").getBytes(StandardCharsets.UTF_8)))
        .containsExactly("1:" + one, "2:" + two, "3:z");
  }

  @Test
  void aLineThatIsTooLongIsNotKept() throws IOException {
    String most = "x".repeat(MAX);
    byte[] input = (most + "\n" + most + "x\nz\n").getBytes(StandardCharsets.UTF_8);
    assertThat(texts(input)).containsExactly("1:" + most, "2:null", "3:z");
  }

  @Test
  void gzipOfSeveralMembersIsUnpacked() throws IOException {
    byte[] packed = concat(gzip("a\nb"), gzip("c\n"), gzip("d\n"));
    assertThat(texts(packed)).containsExactly("1:a", "2:bc", "3:d");
  }

  @Test
  void truncatedGzipIsAnError() throws IOException {
    byte[] packed = gzip("a\nb\n");
    assertThatThrownBy(() -> texts(Arrays.copyOf(packed, packed.length - 3)))
        .isInstanceOf(GzipException.class)
        .hasMessage(
            "byte %d: the file ends within a member's checksum".formatted(packed.length - 3));
  }

  @Test
  void aFileWithAGzipNameMustBeGzip() {
    assertThatThrownBy(() -> reader(bytes("{}"), "in.jsonl.gz").next())
        .isInstanceOf(GzipException.class)
        .hasMessage("byte 0: no gzip member starts here; expected the bytes 1f 8b");
    assertThatThrownBy(() -> reader(new byte[0], "in.jsonl.gz").next())
        .isInstanceOf(GzipException.class);
  }

  /** An endless line, which a small gzip file can contain. */
  @Test
  void readingStopsWhenItsTimeIsOver() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }
        };
    Place object = Place.parse("in.jsonl");
    LineReader lines =
        new LineReader(endless, object, LineMaker.AS_THEY_ARE, MAX, Deadline.inMillis(50));
    assertThatThrownBy(lines::next).isInstanceOf(ReadTimeoutException.class);
  }

  private static LineReader reader(byte[] content, String name) throws IOException {
    return new LineReader(
        new ByteArrayInputStream(content),
        Place.parse(name),
        LineMaker.AS_THEY_ARE,
        MAX,
        Deadline.never());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theDigestIsOfAllUpToTheLine() throws IOException {
    assertThat(digests("a\nb\nc\n")).hasSize(3).doesNotHaveDuplicates();
    assertThat(digests("a\nb\nX\n").subList(0, 2)).isEqualTo(digests("a\nb\nc\n").subList(0, 2));
    assertThat(digests("A\nb\n").getLast()).isNotEqualTo(digests("a\nb\n").getLast());
  }

  private static List<String> texts(byte[] input) throws IOException {
    List<String> texts = new ArrayList<>();
    try (LineReader lines = reader(input, "in.jsonl")) {
      for (var line = lines.next(); line != null; line = lines.next()) {
        byte[] bytes = line.bytes();
        String text = bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
        texts.add(line.number() + ":" + text);
      }
    }
    return texts;
  }

  private static List<String> digests(String input) throws IOException {
    List<String> digests = new ArrayList<>();
    byte[] bytes = input.getBytes(StandardCharsets.UTF_8);
    try (LineReader lines = reader(bytes, "in.jsonl")) {
      for (var line = lines.next(); line != null; line = lines.next()) {
        digests.add(line.digest());
      }
    }
    return digests;
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  private static byte[] concat(byte[]... members) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(members).forEach(all::writeBytes);
    return all.toByteArray();
  }
}
