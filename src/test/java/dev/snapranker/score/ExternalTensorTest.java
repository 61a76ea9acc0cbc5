package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.score.ExternalTensor.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExternalTensorTest {
  private static final int FLOAT = 1;
  private static final List<Long> SHAPE = List.of(5L, 128L);

  // A field's number and the kind of its content, as protobuf writes them.
  private static final int SIZES = 1 << 3;
  private static final int PACKED = 2;
  private static final int PLACE = 14 << 3;

  /** The numbers of types are those of onnx.proto. */
  @ParameterizedTest
  @CsvSource({"1, 4", "2, 1", "3, 1", "6, 4", "7, 8", "10, 2", "16, 2"})
  void eachTypeHasItsBytes(int type, long bytes) {
    assertThat(tensor(type, List.of(5L, 3L), 15 * bytes).fits(1000)).isTrue();
    assertThat(tensor(type, List.of(5L, 3L), 15 * bytes - 1).fits(1000)).isFalse();
    assertThat(tensor(type, List.of(5L, 3L), 15 * bytes + 1).fits(1000)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0", "4", "5", "9", "11", "12", "13", "14", "15", "17", "21"})
  void noOtherTypeFits(int type) {
    for (int bytes = 0; bytes <= 16; bytes++) {
      assertThat(tensor(type, List.of(1L), bytes).fits(1000)).isFalse();
    }
  }

  @Test
  void aShapeWhoseProductOverflowsDoesNotFit() {
    List<Long> sizes = new ArrayList<>(Collections.nCopies(8, 256L)); // 2^64 values
    assertThat(tensor(FLOAT, sizes, 0).fits(400)).isFalse();
    sizes.add(100L);
    assertThat(tensor(FLOAT, sizes, 400).fits(400)).isFalse();
    assertThat(tensor(FLOAT, List.of(1L << 62, 100L), 400).fits(400)).isFalse();
  }

  @Test
  void theSizesMayBePackedOrEachAFieldOfItsOwn() {
    assertThat(read(SIZES | PACKED, 3, 5, 0x80, 1, PLACE, 1)).extracting("sizes").isEqualTo(SHAPE);
    assertThat(read(SIZES, 5, SIZES, 0x80, 1, PLACE, 1)).extracting("sizes").isEqualTo(SHAPE);
  }

  /** Protobuf takes the last of repeated fields; what says "external" once is not trusted. */
  @Test
  void aTensorThatSaysOnceThatItIsElsewhereIs() {
    assertThat(read(PLACE, 1, PLACE, 0)).isNotNull();
    assertThat(read(PLACE, 0, PLACE, 1)).isNotNull();
    assertThat(read(PLACE, 0)).isNull();
  }

  private static ExternalTensor tensor(int type, List<Long> sizes, long length) {
    return new ExternalTensor(
        true,
        "table",
        type,
        sizes,
        List.of(
            new Entry("location", "e.bin"),
            new Entry("offset", "0"),
            new Entry("length", String.valueOf(length))));
  }

  /** The tensor of a message with these bytes. */
  private static @Nullable ExternalTensor read(int... bytes) {
    ByteBuffer message = ByteBuffer.allocate(bytes.length);
    for (int each : bytes) {
      message.put((byte) each);
    }
    message.flip();
    List<ProtobufField> fields = new ArrayList<>();
    while (message.hasRemaining()) {
      fields.add(ProtobufField.read(message));
    }
    return ExternalTensor.of(fields, true);
  }
}
