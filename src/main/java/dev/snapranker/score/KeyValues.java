package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import java.util.Map;

/**
 * The keys and values of tokens that a decoder has read. Whoever made them closes them.
 *
 * @param tensors for each of the graph's inputs for keys and values, [1, heads, tokens, size]
 * @param tokens how many tokens they are of
 */
record KeyValues(Map<String, OnnxTensor> tensors, int tokens) implements AutoCloseable {
  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
  }
}
