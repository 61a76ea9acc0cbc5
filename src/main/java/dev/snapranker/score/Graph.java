package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.snapranker.model.Opened;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The model's graph: one ONNX session, or a chain of sessions. Each session reads inputs of the
 * model and outputs of earlier sessions. Thread-safe.
 */
public final class Graph implements AutoCloseable {
  private final List<GraphPart> parts;
  private final String output;
  private final String outputPart;

  /**
   * A chain that {@link GraphBuilder} has checked.
   *
   * @param output the name of the model's output
   * @param outputPart the file of the part with this output
   */
  Graph(List<GraphPart> parts, String output, String outputPart) {
    this.parts = List.copyOf(parts);
    this.output = output;
    this.outputPart = outputPart;
  }

  /** The file of the part with the model's output, for messages. */
  String outputPart() {
    return outputPart;
  }

  /**
   * Runs the graph and returns the output, [1, classes].
   *
   * @param values the model's inputs by name; afterwards it contains all tensors that the caller
   *     must close, including the output
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
