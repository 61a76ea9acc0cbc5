package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors in other files at each place of a graph that onnx.proto has for them. */
class ExternalTensorsTest {
  private static final byte[] EXTERNAL = {14 << 3, 1};

  @Test
  void onlyAnInitializerOfTheGraphItselfIsOne() {
    assertThat(ExternalTensors.find(graph("7 5")))
        .singleElement()
        .matches(ExternalTensor::isInitializer);
  }

  /** The numbers of the fields that lead to the tensor. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "7 1 5 5", // graph, node, attribute, t
        "7 1 5 10", // tensors
        "7 1 5 6 5", // g, initializer
        "7 1 5 6 15 1", // g, sparse_initializer, values
        "7 1 5 6 1 5 5", // g, node, attribute, t
        "7 1 5 11 5", // graphs
        "7 1 5 22 1", // sparse_tensor, values
        "7 1 5 22 2", // indices
        "7 1 5 23 1", // sparse_tensors
        "7 1 5 23 2",
        "7 15 1", // graph, sparse_initializer
        "7 15 2",
        "20 1 5", // training_info, initialization, initializer
        "20 2 5", // algorithm
        "20 2 1 5 5",
        "25 7 5 5", // functions, node, attribute, t
        "25 11 5" // attribute_proto
      })
  void aTensorElsewhereIsFoundAndIsNoInitializer(String path) {
    assertThat(ExternalTensors.find(graph(path)))
        .singleElement()
        .matches(tensor -> !tensor.isInitializer());
  }

  /** Its lowest 32 bits are 0, so a reader that keeps only these would go on behind it. */
  @Test
  void aLengthBelowZeroIsRefused() {
    byte[] minus = {
      7 << 3 | 2, -128, -128, -128, -128, -16, -1, -1, -1, -1, 1, 7 << 3 | 2, 0 // -(1 << 32)
    };
    assertThatThrownBy(() -> ExternalTensors.find(ByteBuffer.wrap(minus)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("it is not a complete ONNX graph");
  }

  private static ByteBuffer graph(String path) {
    byte[] message = EXTERNAL;
    String[] fields = path.split(" ", -1);
    for (int i = fields.length - 1; i >= 0; i--) {
      ByteArrayOutputStream outer = new ByteArrayOutputStream();
      int tag = Integer.parseInt(fields[i]) << 3 | 2;
      if (tag > 0x7f) {
        outer.write((tag & 0x7f) | 0x80);
        tag >>= 7;
      }
      outer.write(tag);
      outer.write(message.length);
      outer.writeBytes(message);
      message = outer.toByteArray();
    }
    return ByteBuffer.wrap(message);
  }
}
