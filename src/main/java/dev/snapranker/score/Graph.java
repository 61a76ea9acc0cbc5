package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.snapranker.model.Opened;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The model's graph: one ONNX session, or a chain of sessions. Each session reads inputs of the
 * model and outputs of earlier sessions. Thread-safe.
 */
public final class Graph implements AutoCloseable {
  private final List<OrtSession> sessions;
  private final List<GraphPart> scoring;
  private final List<GraphPart> reading;
  private final Output output;

  /**
   * A chain that {@link GraphBuilder} has checked.
   *
   * @param sessions the sessions to close
   * @param scoring the parts that give the output
   * @param reading the parts that give a decoder's keys and values; empty for an encoder
   */
  Graph(
      List<OrtSession> sessions, List<GraphPart> scoring, List<GraphPart> reading, Output output) {
    this.sessions = List.copyOf(sessions);
    this.scoring = List.copyOf(scoring);
    this.reading = List.copyOf(reading);
    this.output = output;
  }

  /**
   * Runs the graph and returns the logit.
   *
   * @param values the model's inputs by name; afterwards it contains all tensors that the caller
   *     must close
   * @param past a decoder's keys and values of earlier tokens, which stay open
   */
  float logit(Map<String, OnnxTensor> values, Map<String, OnnxTensor> past) throws OrtException {
    for (GraphPart part : scoring) {
      part.run(values, past);
    }
    return output.logit(Objects.requireNonNull(values.get(output.name())));
  }

  /** Runs a decoder's graph for its keys and values, which are then in {@code values}. */
  void read(Map<String, OnnxTensor> values, Map<String, OnnxTensor> past) throws OrtException {
    for (GraphPart part : reading) {
      part.run(values, past);
    }
  }

  @Override
  public void close() {
    Opened.of(sessions).close();
  }
}
