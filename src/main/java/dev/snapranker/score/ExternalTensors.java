package dev.snapranker.score;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds tensors of an ONNX graph that are in another file. ONNX Runtime would read that file from
 * any path.
 *
 * <p>This class reads only the messages of onnx.proto that lead to a tensor. ONNX Runtime checks
 * the rest.
 */
final class ExternalTensors {
  /** Protobuf has the same limit. */
  private static final int MAX_DEPTH = 100;

  private final List<ExternalTensor> found = new ArrayList<>();

  private ExternalTensors() {}

  /** The message types, each with the fields that contain other messages. */
  private enum Message {
    MODEL,
    TRAINING,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    INNER_GRAPH,
    SPARSE_TENSOR,
    INITIALIZER,
    TENSOR;

    Map<Integer, Message> fields() {
      return switch (this) {
        case MODEL -> Map.of(7, GRAPH, 20, TRAINING, 25, FUNCTION);
        case TRAINING -> Map.of(1, INNER_GRAPH, 2, INNER_GRAPH);
        case FUNCTION -> Map.of(7, NODE, 11, ATTRIBUTE);
        case GRAPH -> Map.of(1, NODE, 5, INITIALIZER, 15, SPARSE_TENSOR);
        case NODE -> Map.of(5, ATTRIBUTE);
        case ATTRIBUTE ->
            Map.of(
                5,
                TENSOR,
                6,
                INNER_GRAPH,
                10,
                TENSOR,
                11,
                INNER_GRAPH,
                22,
                SPARSE_TENSOR,
                23,
                SPARSE_TENSOR);
        case INNER_GRAPH -> Map.of(1, NODE, 5, TENSOR, 15, SPARSE_TENSOR);
        case SPARSE_TENSOR -> Map.of(1, TENSOR, 2, TENSOR);
        case INITIALIZER, TENSOR -> Map.of();
      };
    }
  }

  /**
   * The tensors of a graph that are in other files.
   *
   * @throws IllegalArgumentException if this is not an ONNX graph
   */
  static List<ExternalTensor> find(ByteBuffer model) {
    ExternalTensors tensors = new ExternalTensors();
    try {
      tensors.read(model.slice(), Message.MODEL, MAX_DEPTH);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it is not a complete ONNX graph", e);
    }
    return List.copyOf(tensors.found);
  }

  private void read(ByteBuffer bytes, Message message, int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException("its graphs are nested too deeply");
    }
    Map<Integer, Message> fields = message.fields();
    List<ProtobufField> own = new ArrayList<>();
    while (bytes.hasRemaining()) {
      ProtobufField field = ProtobufField.read(bytes);
      @Nullable Message child = fields.get(field.number());
      if (child != null && field.isBytes(field.number())) {
        read(field.content(), child, depth - 1);
      } else if (fields.isEmpty()) {
        own.add(field);
      }
    }
    ExternalTensor tensor = ExternalTensor.of(own, message == Message.INITIALIZER);
    if (tensor != null) {
      found.add(tensor);
    }
  }
}
