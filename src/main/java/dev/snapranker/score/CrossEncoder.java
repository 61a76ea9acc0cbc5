package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.text.EncodedPair;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model: scores one pair per run of its graph, on the calling thread.
 *
 * <p>One pair alone needs no padding and, because dynamic quantisation takes one scale per tensor,
 * gets the same bits whatever else is in its list (docs/decisions.md).
 */
public final class CrossEncoder implements Scorer, AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Manifest manifest;
  private final Graph graph;

  /** Owns the graph, which is the manifest's. */
  public CrossEncoder(Manifest manifest, Graph graph) {
    this.manifest = manifest;
    this.graph = graph;
  }

  /** Loads ONNX Runtime's native library, if it is not loaded yet. */
  public static void loadRuntime() {
    OrtEnvironment.getEnvironment();
  }

  @Override
  public float logit(EncodedPair pair) {
    long[] shape = {1, pair.tokens()};
    Map<String, OnnxTensor> values = HashMap.newHashMap(4);
    try {
      Manifest.Inputs names = manifest.inputs();
      put(values, names.inputIds(), pair.inputIds(), shape);
      put(values, names.tokenTypeIds(), pair.segmentIds(), shape);
      if (names.attentionMask() != null) {
        long[] ones = new long[pair.tokens()];
        Arrays.fill(ones, 1);
        put(values, names.attentionMask(), ones, shape);
      }
      return manifest.head().logit(row(graph.run(values)));
    } catch (OrtException e) {
      throw new IllegalStateException("the model failed on " + pair.tokens() + " tokens", e);
    } finally {
      values.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    graph.close();
  }

  private void put(
      Map<String, OnnxTensor> values, @Nullable String name, long[] tokens, long[] shape)
      throws OrtException {
    if (name != null) {
      values.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(tokens), shape));
    }
  }

  private float[] row(OnnxTensor output) {
    FloatBuffer logits = output.getFloatBuffer();
    float[] row = new float[logits.remaining()]; // [classes]
    logits.get(row);
    int expected = manifest.head().classes();
    if (row.length != expected) {
      throw new InvalidBundleException(
          "%s emits %d values per pair; %s says head %s with %d"
              .formatted(graph.outputPart(), row.length, Manifest.FILE, manifest.head(), expected));
    }
    for (float logit : row) {
      if (Float.isNaN(logit)) {
        throw new IllegalStateException("the model gave NaN");
      }
    }
    return row;
  }
}
