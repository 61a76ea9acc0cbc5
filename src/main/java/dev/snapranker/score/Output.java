package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import dev.snapranker.api.Counted;
import dev.snapranker.model.Head;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import java.nio.FloatBuffer;

/**
 * The graph's output, [1, classes].
 *
 * @param name the output's name
 * @param part the file of the part with this output, for messages
 * @param head turns the output into a logit
 */
record Output(String name, String part, Head head) {

  /** The logit of the pair that gave this output. */
  float logit(OnnxTensor output) {
    FloatBuffer logits = output.getFloatBuffer();
    float[] row = new float[logits.remaining()]; // [classes]
    logits.get(row);
    if (row.length != head.classes()) {
      throw new InvalidBundleException(
          "%s has %s per pair; expected %d for the head in %s"
              .formatted(
                  part, Counted.of(row.length, "output value"), head.classes(), Manifest.FILE));
    }
    for (float logit : row) {
      if (Float.isNaN(logit)) {
        throw new IllegalStateException("the model's output is NaN");
      }
    }
    return head.logit(row);
  }
}
