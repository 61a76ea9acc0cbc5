package dev.snapranker.score;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds tensors of an ONNX graph that are in another file. ONNX Runtime would read that file from
 * any path, and no checksum covers it.
 *
 * <p>This class reads only the messages of onnx.proto that lead to a tensor. ONNX Runtime checks
 * the rest.
 */
final class ExternalTensors {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  /** Protobuf has the same limit. */
  private static final int MAX_DEPTH = 100;

  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;
  private static final long EXTERNAL = 1;

  private ExternalTensors() {}

  /** The message types, each with the fields that contain other messages. */
  private enum Message {
    MODEL,
    TRAINING,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR;

    Map<Integer, Message> fields() {
      return switch (this) {
        case MODEL -> Map.of(7, GRAPH, 20, TRAINING, 25, FUNCTION);
        case TRAINING -> Map.of(1, GRAPH, 2, GRAPH);
        case FUNCTION -> Map.of(7, NODE, 11, ATTRIBUTE);
        case GRAPH -> Map.of(1, NODE, 5, TENSOR, 15, SPARSE_TENSOR);
        case NODE -> Map.of(5, ATTRIBUTE);
        case ATTRIBUTE ->
            Map.of(
                5, TENSOR, 6, GRAPH, 10, TENSOR, 11, GRAPH, 22, SPARSE_TENSOR, 23, SPARSE_TENSOR);
        case SPARSE_TENSOR -> Map.of(1, TENSOR, 2, TENSOR);
        case TENSOR -> Map.of();
      };
    }
  }

  /**
   * The file name that the graph gives for such a tensor; null if it has no such tensor.
   *
   * @throws IllegalArgumentException if this is not an ONNX graph
   */
  static @Nullable String find(ByteBuffer model) {
    try {
      return find(model.slice(), Message.MODEL, MAX_DEPTH);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it is not a complete ONNX graph", e);
    }
  }

  private static @Nullable String find(ByteBuffer bytes, Message message, int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException("its graphs are nested too deeply");
    }
    Map<Integer, Message> fields = message.fields();
    boolean external = false;
    String location = "";
    while (bytes.hasRemaining()) {
      long tag = varint(bytes);
      int field = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> {
          long value = varint(bytes);
          external |= message == Message.TENSOR && field == DATA_LOCATION && value == EXTERNAL;
        }
        case FIXED64 -> skip(bytes, Long.BYTES);
        case FIXED32 -> skip(bytes, Integer.BYTES);
        case LENGTH_DELIMITED -> {
          ByteBuffer content = skip(bytes, varint(bytes));
          @Nullable Message child = fields.get(field);
          @Nullable String found = child == null ? null : find(content, child, depth - 1);
          if (found != null) {
            return found;
          }
          if (message == Message.TENSOR && field == EXTERNAL_DATA) {
            location += entry(content);
          }
        }
        default -> throw new IllegalArgumentException("it is not an ONNX graph");
      }
    }
    return external ? location : null;
  }

  /** Reads a key and a value; returns the value if the key is "location". */
  private static String entry(ByteBuffer bytes) {
    String key = "";
    String value = "";
    while (bytes.hasRemaining()) {
      long tag = varint(bytes);
      if ((tag & 7) != LENGTH_DELIMITED) {
        throw new IllegalArgumentException("it is not an ONNX graph");
      }
      String text = StandardCharsets.UTF_8.decode(skip(bytes, varint(bytes))).toString();
      if (tag >>> 3 == 1) {
        key = text;
      } else {
        value = text;
      }
    }
    return key.equals("location") ? value : "";
  }

  private static ByteBuffer skip(ByteBuffer bytes, long length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer skipped = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return skipped;
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("it is not an ONNX graph");
  }
}
