package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A part of the graph.
 *
 * @param inputs the values that the part reads
 * @param outputs the part's outputs that are used
 * @param spent the values that no later part needs, without keys and values of earlier runs
 */
record GraphPart(OrtSession session, Set<String> inputs, Set<String> outputs, Set<String> spent) {

  /**
   * Runs the part: adds its outputs to the values, and closes and removes the spent values.
   *
   * @param past keys and values of earlier runs, which stay open
   */
  void run(Map<String, OnnxTensor> values, Map<String, OnnxTensor> past) throws OrtException {
    Map<String, OnnxTensor> taken = HashMap.newHashMap(inputs.size());
    for (String input : inputs) {
      OnnxTensor earlier = past.get(input);
      taken.put(input, earlier == null ? Objects.requireNonNull(values.get(input)) : earlier);
    }
    for (Map.Entry<String, OnnxValue> given : session.run(taken, outputs)) {
      values.put(given.getKey(), (OnnxTensor) given.getValue());
    }
    for (String value : spent) {
      Objects.requireNonNull(values.remove(value)).close();
    }
  }
}
