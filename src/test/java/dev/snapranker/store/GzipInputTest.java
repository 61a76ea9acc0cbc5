package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipInputTest {
  private static final String TEXT = "one line\nanother line\n";

  @Test
  void allMembersAreRead() throws IOException {
    assertThat(read(concat(gzip("a"), gzip(""), gzip("bc")))).isEqualTo("abc");
    assertThat(read(gzip(""))).isEmpty();
  }

  @Test
  void contentLargerThanEachBufferIsRead() throws IOException {
    byte[] random = new byte[1_000_000];
    new Random(1).nextBytes(random);
    String large = new String(random, StandardCharsets.ISO_8859_1);
    assertThat(read(concat(gzip(large), gzip(large)))).isEqualTo(large + large);
  }

  @Test
  void aHeaderMayHaveAllItsFields() throws IOException {
    assertThat(read(withFields(TEXT))).isEqualTo(TEXT);
  }

  /** The end of a member is a file's end as well: there alone may a file be cut. */
  @Test
  void aFileCutAnywhereElseIsAnError() throws IOException {
    byte[] first = gzip(TEXT);
    byte[] both = concat(first, withFields("more\n"));
    for (int length = 0; length < both.length; length++) {
      byte[] cut = Arrays.copyOf(both, length);
      if (length == first.length) {
        assertThat(read(cut)).isEqualTo(TEXT);
      } else {
        assertThatThrownBy(() -> read(cut))
            .as("cut at %d", length)
            .isInstanceOf(GzipException.class)
            .hasMessageStartingWith("byte " + length + ": ");
      }
    }
  }

  /** But for what says nothing of the content: time, hints, system. */
  @Test
  void aFlippedBitAnywhereIsAnErrorOrChangesNothing() throws IOException {
    byte[] both = concat(gzip(TEXT), gzip("more\n"));
    int unnoticed = 0;
    for (int bit = 0; bit < 8 * both.length; bit++) {
      byte[] flipped = both.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertThat(read(flipped)).as("bit %d", bit).isEqualTo(TEXT + "more\n");
        unnoticed++;
      } catch (GzipException e) {
        assertThat(e).hasMessageMatching("byte \\d+: .+");
      }
    }
    assertThat(unnoticed).as("a header's bits of no meaning, twice").isLessThanOrEqualTo(2 * 8 * 7);
  }

  @Test
  void bytesAfterTheLastMemberAreAnErrorWithTheirPosition() throws IOException {
    byte[] whole = gzip(TEXT);
    for (String rest : new String[] {"\0", "\0\0\0\0", "garbage", "{}\n", "\u001f"}) {
      byte[] longer = concat(whole, rest.getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> read(longer))
          .as(rest)
          .isInstanceOf(GzipException.class)
          .hasMessageMatching("byte (%d|%d): .+".formatted(whole.length, longer.length));
    }
    assertThatThrownBy(() -> read(concat(whole, new byte[512], whole)))
        .hasMessage(
            "byte %d: no other gzip member starts here; expected the bytes 1f 8b or the file's end"
                .formatted(whole.length));
  }

  private static String read(byte[] packed) throws IOException {
    try (GzipInput in = new GzipInput(new ByteArrayInputStream(packed))) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
    return packed.toByteArray();
  }

  /** With extra bytes, a name, a comment and the header's checksum. */
  private static byte[] withFields(String text) throws IOException {
    byte[] plain = gzip(text);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.write(plain, 0, 3);
    header.write(2 + 4 + 8 + 16);
    header.write(plain, 4, 6);
    header.writeBytes(new byte[] {3, 0, 'x', 'y', 'z', 'n', 'a', 'm', 'e', 0, 'c', 0});
    CRC32 crc = new CRC32();
    crc.update(header.toByteArray());
    header.write((int) crc.getValue());
    header.write((int) (crc.getValue() >> 8));
    return concat(header.toByteArray(), Arrays.copyOfRange(plain, 10, plain.length));
  }

  private static byte[] concat(byte[]... members) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(members).forEach(all::writeBytes);
    return all.toByteArray();
  }
}
