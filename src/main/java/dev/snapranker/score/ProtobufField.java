package dev.snapranker.score;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A field of a protobuf message, as it is encoded.
 *
 * @param value the number of an integer field; 0 for others
 * @param content the bytes of a message, a text or packed integers; empty for others
 */
record ProtobufField(int number, Kind kind, long value, ByteBuffer content) {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** The encodings that matter here. */
  enum Kind {
    INTEGER,
    BYTES,
    OTHER
  }

  /**
   * Reads the next field of a message.
   *
   * @throws BufferUnderflowException if the message is cut off
   * @throws IllegalArgumentException if this is not a protobuf message
   */
  static ProtobufField read(ByteBuffer message) {
    int tag = (int) integer(message); // protobuf keeps 32 bits, too
    int number = tag >>> 3;
    return switch (tag & 7) {
      case 0 -> new ProtobufField(number, Kind.INTEGER, integer(message), NOTHING);
      case 1 -> new ProtobufField(number, Kind.OTHER, 0, skip(message, Long.BYTES));
      case 2 -> new ProtobufField(number, Kind.BYTES, 0, skip(message, integer(message)));
      case 5 -> new ProtobufField(number, Kind.OTHER, 0, skip(message, Integer.BYTES));
      default -> throw new IllegalArgumentException("it is not an ONNX graph");
    };
  }

  boolean isBytes(int ofNumber) {
    return number == ofNumber && kind == Kind.BYTES;
  }

  boolean isInteger(int ofNumber) {
    return number == ofNumber && kind == Kind.INTEGER;
  }

  String text() {
    return StandardCharsets.UTF_8.decode(content.duplicate()).toString();
  }

  /** Reads a number of 7 bits per byte, the lowest first. */
  static long integer(ByteBuffer bytes) {
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

  private static ByteBuffer skip(ByteBuffer bytes, long length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer skipped = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return skipped;
  }
}
