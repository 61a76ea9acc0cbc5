package dev.snapranker.dev.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.dev.cli.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextLinesTest {
  @TempDir private Path folder;

  @Test
  void aByteOrderMarkLineEndsAndBlankLinesAreNoText() throws IOException {
    assertThat(read(file("\ufeffone\r\n\r\n \t\ntw\ro\nthree", StandardCharsets.UTF_8)))
        .containsExactly("1 one", "4 tw\ro", "5 three");
  }

  @Test
  void aLineOfAnyLengthIsRead() throws IOException {
    String line = "ä".repeat(200_000);
    assertThat(read(file(line + "\n" + line, StandardCharsets.UTF_8)))
        .containsExactly("1 " + line, "2 " + line);
  }

  @Test
  void gzipIsUnpackedByItsNameOrItsContent() throws IOException {
    for (String name : new String[] {"a.txt.gz", "packed.txt"}) {
      Path file = folder.resolve(name);
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
        out.write("one\ntwo".getBytes(StandardCharsets.UTF_8));
      }
      assertThat(read(file)).containsExactly("1 one", "2 two");
    }
    Path no = Files.writeString(folder.resolve("no.gz"), "one\n");
    assertThatThrownBy(() -> read(no))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no.gz cannot be read after line 0: byte 0: no gzip member");
  }

  @Test
  void anotherEncodingIsNamedWithItsLine() throws IOException {
    Path latin = file("fine\ncafé\n", StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> read(latin))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("text, line 2: is not UTF-8")
        .hasMessageContaining("iconv -f ISO-8859-1 -t UTF-8");
    Path utf16 = file("fine\n", StandardCharsets.UTF_16);
    assertThatThrownBy(() -> read(utf16))
        .hasMessageContaining("line 1: is not UTF-8")
        .hasMessageContaining("-f UTF-16");
  }

  @Test
  void emptyAndMissingFilesAreNamed() throws IOException {
    Path empty = file("\n \n", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> TextLines.forEach(empty, "some lines", _ -> {}))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("text is empty; expected some lines");
    assertThatThrownBy(() -> TextLines.open(folder.resolve("none")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("none: no such file");
    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot be read");
  }

  private Path file(String content, Charset charset) throws IOException {
    return Files.write(folder.resolve("text"), content.getBytes(charset));
  }

  /** Each line with its number. */
  private static List<String> read(Path file) {
    List<String> read = new ArrayList<>();
    try (TextLines lines = TextLines.open(file)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        read.add(lines.number() + " " + line);
      }
    }
    return read;
  }
}
