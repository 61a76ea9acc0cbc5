package dev.snapranker.score;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.snapranker.api.Counted;
import dev.snapranker.model.Manifest;
import dev.snapranker.text.EncodedPair;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cross-encoder: scores one pair per run of its graph, on the calling thread.
 *
 * <p>A single pair needs no padding. Its logit does not depend on other pairs, which would change
 * the scale in dynamic quantisation, because that uses one scale per tensor (docs/decisions.md).
 */
public final class CrossEncoder implements Scorer {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Manifest manifest;
  private final Graph graph;

  /** Takes over the manifest's graph, and closes it. */
  public CrossEncoder(Manifest manifest, Graph graph) {
    this.manifest = manifest;
    this.graph = graph;
  }

  /** Loads ONNX Runtime's native library if needed. */
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
      return graph.logit(values, Map.of());
    } catch (OrtException e) {
      throw new IllegalStateException(
          "the model failed on " + Counted.of(pair.tokens(), "token"), e);
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
}
