package dev.snapranker.score;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes tiny ONNX graphs (the protobuf of onnx.proto, by hand): each input is cast to float and
 * summed over its tokens; the outputs are built from these sums.
 */
public final class TinyOnnx {
  private static final int INT64 = 7;
  private static final int FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;
  private static final byte[] PAIRS = message(bytes(2, "pairs")); // any number; we run one

  private final List<byte[]> nodes = new ArrayList<>();
  private final List<byte[]> constants = new ArrayList<>();
  private final List<byte[]> values = new ArrayList<>(); // that it takes
  private final List<String> inputs;

  private TinyOnnx(String... inputs) {
    this.inputs = List.of(inputs);
    for (String input : inputs) {
      values.add(value(input, INT64, PAIRS, message(bytes(2, "tokens"))));
      node("Cast", List.of(input), input + "-float", integer("to", FLOAT));
      node(
          "ReduceSum",
          List.of(input + "-float"),
          input + "-sum",
          message(
              bytes(1, "axes"),
              varint(8, 1),
              varint(20, ATTRIBUTE_INTS))); // keepdims is the default
    }
  }

  /** The logit is the sum of all inputs: [1, 1]. */
  public static byte[] sum(String... inputs) {
    TinyOnnx graph = new TinyOnnx(inputs);
    graph.node("Sum", graph.sums(), "logits");
    return graph.model(1);
  }

  /** One class per input, in their order: [1, inputs]. */
  static byte[] classes(String... inputs) {
    TinyOnnx graph = new TinyOnnx(inputs);
    graph.node("Concat", graph.sums(), "logits", integer("axis", 1));
    return graph.model(inputs.length);
  }

  /** The square root of a negative number, if the sum of the first input is positive. */
  public static byte[] notANumber(String input, String... ignored) {
    TinyOnnx graph =
        new TinyOnnx(Stream.concat(Stream.of(input), Stream.of(ignored)).toArray(String[]::new));
    graph.node("Neg", List.of(input + "-sum"), "negative");
    graph.node("Sqrt", List.of("negative"), "logits");
    return graph.model(1);
  }

  /** The sum of all inputs as integers, which are no logits. */
  public static byte[] integers(String... inputs) {
    TinyOnnx graph = new TinyOnnx(inputs);
    graph.node("Sum", graph.sums(), "sum");
    graph.node("Cast", List.of("sum"), "logits", integer("to", INT64));
    return graph.model("logits", INT64, 1);
  }

  /** A part of a graph: the sum of its inputs and of what earlier parts gave, [1, 1]. */
  public static byte[] part(String output, List<String> earlier, String... inputs) {
    TinyOnnx graph = new TinyOnnx(inputs);
    earlier.forEach(name -> graph.values.add(value(name, FLOAT, size(1), size(1))));
    graph.node("Sum", Stream.concat(graph.sums().stream(), earlier.stream()).toList(), output);
    return graph.model(output, 1);
  }

  /**
   * A part of a graph that is as large as its weights.
   *
   * @param input what an earlier part gave, [1, rows]
   * @param output [1, columns]
   * @param weights [rows, columns], little-endian
   */
  public static byte[] product(String input, String output, int rows, int columns, byte[] weights) {
    TinyOnnx graph = new TinyOnnx();
    graph.values.add(value(input, FLOAT, size(1), size(rows)));
    graph.weights(output + "-weights", rows, columns, weights);
    graph.node("MatMul", List.of(input, output + "-weights"), output);
    return graph.model(output, columns);
  }

  /** The logit is the output of {@link #lookup(String, String, int, int, String...)}. */
  static byte[] lookup(String input, int type, int rows, String... place) {
    return lookup(input, "logits", type, rows, place);
  }

  /**
   * The output is the sum of the rows that the ids pick from a table in another file, [1, 1].
   *
   * @param type the type of its values, by its number in onnx.proto
   * @param rows how many rows of one value the graph says the table has
   * @param place keys and values in turn: where the graph says the table is
   */
  public static byte[] lookup(String input, String output, int type, int rows, String... place) {
    TinyOnnx graph = new TinyOnnx();
    List<byte[]> table = new ArrayList<>();
    table.add(message(varint(1, rows), varint(1, 1), varint(2, type), bytes(8, "table")));
    for (int i = 0; i < place.length; i += 2) {
      table.add(bytes(13, message(bytes(1, place[i]), bytes(2, place[i + 1]))));
    }
    table.add(varint(14, 1));
    graph.constants.add(message(table.toArray(byte[][]::new)));
    graph.values.add(value(input, INT64, PAIRS, message(bytes(2, "tokens"))));
    graph.node("Gather", List.of("table", input), "rows");
    graph.node("Cast", List.of("rows"), "floats", integer("to", FLOAT));
    graph.node(
        "ReduceSum",
        List.of("floats"),
        output,
        message(bytes(1, "axes"), varint(8, 1), varint(20, ATTRIBUTE_INTS)),
        integer("keepdims", 0));
    return graph.model(output, 1);
  }

  /** A tensor that another file holds, and where in a graph it stands. */
  public enum External {
    INITIALIZER,
    SPARSE_INITIALIZER,
    ATTRIBUTE,
    SUBGRAPH,
    FUNCTION,
    TRAINING
  }

  /** A graph whose logit is the sum of the input, with another tensor at {@code location}. */
  public static byte[] external(External where, String location, String input) {
    byte[] tensor =
        message(
            varint(1, 4),
            varint(2, FLOAT),
            bytes(8, "weights"),
            bytes(13, message(bytes(1, "location"), bytes(2, location))),
            bytes(13, message(bytes(1, "offset"), bytes(2, "0"))),
            varint(14, 1));
    byte[] constant =
        message(
            bytes(2, "weights"),
            bytes(4, "Constant"),
            bytes(5, message(bytes(1, "value"), bytes(5, tensor), varint(20, 4))));
    TinyOnnx graph = new TinyOnnx(input);
    graph.node("Sum", graph.sums(), "logits");
    switch (where) {
      case INITIALIZER -> graph.constants.add(tensor);
      case ATTRIBUTE -> graph.nodes.add(constant);
      case SUBGRAPH ->
          graph.node(
              "If",
              List.of("logits"),
              "choice",
              message(
                  bytes(1, "then_branch"),
                  bytes(6, message(bytes(1, constant), bytes(2, "then"))),
                  varint(20, 5)));
      case SPARSE_INITIALIZER -> {
        return message(
            graph.model(1), bytes(7, message(bytes(15, message(bytes(1, tensor)))))); // merged
      }
      case FUNCTION -> {
        return message(graph.model(1), bytes(25, message(bytes(7, constant))));
      }
      case TRAINING -> {
        return message(graph.model(1), bytes(20, message(bytes(1, message(bytes(5, tensor))))));
      }
    }
    return graph.model(1);
  }

  /** A graph whose one node has another graph for an attribute. */
  static byte[] around(byte[] graph) {
    return message(bytes(1, message(bytes(5, message(bytes(6, graph))))));
  }

  private void weights(String name, int rows, int columns, byte[] weights) {
    constants.add(
        message(
            varint(1, rows),
            varint(1, columns),
            varint(2, FLOAT),
            bytes(8, name),
            bytes(9, weights)));
  }

  private List<String> sums() {
    return inputs.stream().map(input -> input + "-sum").toList();
  }

  private void node(String operator, List<String> from, String to, byte[]... attributes) {
    List<byte[]> fields = new ArrayList<>();
    from.forEach(name -> fields.add(bytes(1, name)));
    fields.add(bytes(2, to));
    fields.add(bytes(4, operator));
    for (byte[] attribute : attributes) {
      fields.add(bytes(5, attribute));
    }
    nodes.add(message(fields.toArray(byte[][]::new)));
  }

  private byte[] model(int classes) {
    return model("logits", classes);
  }

  private byte[] model(String output, int width) {
    return model(output, FLOAT, width);
  }

  private byte[] model(String output, int type, int width) {
    List<byte[]> graph = new ArrayList<>();
    nodes.forEach(node -> graph.add(bytes(1, node)));
    graph.add(bytes(2, "tiny"));
    constants.forEach(constant -> graph.add(bytes(5, constant)));
    values.forEach(value -> graph.add(bytes(11, value)));
    graph.add(bytes(12, value(output, type, PAIRS, size(width))));
    return message(
        varint(1, 7), // IR version
        bytes(7, message(graph.toArray(byte[][]::new))),
        bytes(8, message(varint(2, 11)))); // operator set
  }

  private static byte[] size(int size) {
    return message(varint(1, size));
  }

  private static byte[] value(String name, int type, byte[]... dimensions) {
    List<byte[]> shape = new ArrayList<>();
    for (byte[] dimension : dimensions) {
      shape.add(bytes(1, dimension));
    }
    byte[] tensor = message(varint(1, type), bytes(2, message(shape.toArray(byte[][]::new))));
    return message(bytes(1, name), bytes(2, message(bytes(1, tensor))));
  }

  private static byte[] integer(String name, int value) {
    return message(bytes(1, name), varint(3, value), varint(20, ATTRIBUTE_INT));
  }

  static byte[] message(byte[]... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      out.writeBytes(field);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int field, String text) {
    return bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] bytes(int field, byte[] content) {
    return message(base128((field << 3) | 2), base128(content.length), content);
  }

  private static byte[] varint(int field, int value) {
    return message(base128(field << 3), base128(value));
  }

  private static byte[] base128(int value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int rest = value;
    while (rest >= 0x80) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return out.toByteArray();
  }
}
