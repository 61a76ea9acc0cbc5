package dev.snapranker.score;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of an ONNX graph whose values are in another file.
 *
 * @param isInitializer whether it is a weight of the graph itself, not of a graph within it
 * @param type its number in onnx.proto
 * @param sizes the length of each dimension
 * @param place what the graph says about the place of the values
 */
record ExternalTensor(
    boolean isInitializer, String name, int type, List<Long> sizes, List<Entry> place) {
  private static final int SIZES = 1;
  private static final int TYPE = 2;
  private static final int NAME = 8;
  private static final int PLACE = 13;
  private static final int DATA_LOCATION = 14;
  private static final int EXTERNAL = 1;

  private static final String LOCATION = "location";
  private static final String OFFSET = "offset";
  private static final String LENGTH = "length";

  /** float, uint8, int8, int32, int64, float16 and bfloat16 of onnx.proto. */
  private static final Map<Integer, Integer> BYTES_BY_TYPE =
      Map.of(1, 4, 2, 1, 3, 1, 6, 4, 7, 8, 10, 2, 16, 2);

  /** A key with its value; a file may repeat a key. */
  record Entry(String key, String value) {
    private static Entry of(ByteBuffer message) {
      String key = "";
      String value = "";
      while (message.hasRemaining()) {
        ProtobufField field = ProtobufField.read(message);
        if (field.isBytes(1)) {
          key = field.text();
        } else if (field.isBytes(2)) {
          value = field.text();
        }
      }
      return new Entry(key, value);
    }
  }

  /** The tensor with these fields; null if its values are in the graph. */
  static @Nullable ExternalTensor of(List<ProtobufField> fields, boolean isInitializer) {
    boolean external = false;
    String name = "";
    int type = 0;
    List<Long> sizes = new ArrayList<>();
    List<Entry> place = new ArrayList<>();
    for (ProtobufField field : fields) {
      if (field.isInteger(SIZES)) {
        sizes.add(field.value());
      } else if (field.isBytes(SIZES)) {
        while (field.content().hasRemaining()) {
          sizes.add(ProtobufField.integer(field.content()));
        }
      } else if (field.isInteger(TYPE)) {
        type = (int) field.value();
      } else if (field.isBytes(NAME)) {
        name = field.text();
      } else if (field.isBytes(PLACE)) {
        place.add(Entry.of(field.content()));
      } else if (field.isInteger(DATA_LOCATION)) {
        external |= (int) field.value() == EXTERNAL; // protobuf reads 32 bits, too
      }
    }
    return external ? new ExternalTensor(isInitializer, name, type, sizes, place) : null;
  }

  /** The file that the graph names; empty if it names none. */
  String location() {
    return values(LOCATION);
  }

  /** Whether the values fill a range of a file of this size. */
  boolean fits(long fileBytes) {
    Integer bytes = BYTES_BY_TYPE.get(type);
    if (bytes == null
        || place.size() != 3
        || !values(OFFSET).matches("[0-9]{1,18}")
        || !values(LENGTH).matches("[0-9]{1,18}")) {
      return false;
    }
    long length = Long.parseLong(values(LENGTH));
    long expected = bytes;
    for (long size : sizes) {
      if (size < 1 || size > fileBytes / expected) { // so that no product overflows
        return false;
      }
      expected *= size;
    }
    return length == expected && Long.parseLong(values(OFFSET)) <= fileBytes - length;
  }

  /** Its place and shape, for messages. */
  String description() {
    return "'%s' of type %d and shape %s, at offset '%s' with length '%s'"
        .formatted(name, type, sizes, values(OFFSET), values(LENGTH));
  }

  private String values(String key) {
    return place.stream()
        .filter(entry -> entry.key().equals(key))
        .map(Entry::value)
        .collect(Collectors.joining());
  }
}
