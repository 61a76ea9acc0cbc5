package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.snapranker.model.Opened;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The model's graph: one ONNX session, or a chain of them, each of which takes inputs of the model
 * and what those before it gave. Safe for use by many threads at once.
 */
public final class Graph implements AutoCloseable {
  private final List<GraphPart> parts;
  private final String output;
  private final String outputPart;

  /**
   * A chain that {@link GraphBuilder} found to be whole.
   *
   * @param output the name of what the last part gives
   * @param outputPart the file of that part
   */
  Graph(List<GraphPart> parts, String output, String outputPart) {
    this.parts = List.copyOf(parts);
    this.output = output;
    this.outputPart = outputPart;
  }

  /** The file whose graph gives the output, for messages. */
  String outputPart() {
    return outputPart;
  }

  /**
   * The output, [1, classes].
   *
   * @param values the model's inputs by name; afterwards it holds every tensor that the caller must
   *     close, the output among them
   */
  OnnxTensor run(Map<String, OnnxTensor> values) throws OrtException {
    for (GraphPart part : parts) {
      part.run(values);
    }
    return Objects.requireNonNull(values.get(output));
  }

  @Override
  public void close() {
    Opened.of(parts.stream().map(GraphPart::session).toList()).close();
  }
}
