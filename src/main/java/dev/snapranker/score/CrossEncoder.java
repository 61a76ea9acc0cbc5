package dev.snapranker.score;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.text.EncodedPair;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The model: one ONNX session that scores one pair per run, on the calling thread.
 *
 * <p>One pair alone needs no padding and, because dynamic quantisation takes one scale per tensor,
 * gets the same bits whatever else is in its list (docs/decisions.md).
 */
public final class CrossEncoder implements Scorer, AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Manifest manifest;
  private final Set<String> output;

  public CrossEncoder(ModelBundle bundle) {
    this.manifest = bundle.manifest();
    this.output = Set.of(manifest.output());
    this.environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      this.session = environment.createSession(bundle.model(), options);
    } catch (OrtException e) {
      throw new InvalidBundleException(Manifest.MODEL + " cannot be loaded: " + e.getMessage(), e);
    }
    try {
      checkGraph();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Loads ONNX Runtime's native library, if it is not loaded yet. */
  public static void loadRuntime() {
    OrtEnvironment.getEnvironment();
  }

  @Override
  public float logit(EncodedPair pair) {
    try {
      return logit(pair, null);
    } catch (OrtException e) {
      throw failed(pair, e);
    }
  }

  /** Scores a pair, then gives back the memory that ONNX Runtime keeps for longer ones. */
  public float logitThenTrim(EncodedPair pair) {
    try (var options = new OrtSession.RunOptions()) {
      options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
      return logit(pair, options);
    } catch (OrtException e) {
      throw failed(pair, e);
    }
  }

  private float logit(EncodedPair pair, OrtSession.@Nullable RunOptions options)
      throws OrtException {
    long[] shape = {1, pair.tokens()};
    Map<String, OnnxTensor> inputs = HashMap.newHashMap(3);
    try {
      Manifest.Inputs names = manifest.inputs();
      put(inputs, names.inputIds(), pair.inputIds(), shape);
      put(inputs, names.tokenTypeIds(), pair.segmentIds(), shape);
      if (names.attentionMask() != null) {
        long[] ones = new long[pair.tokens()];
        Arrays.fill(ones, 1);
        put(inputs, names.attentionMask(), ones, shape);
      }
      try (OrtSession.Result result = session.run(inputs, output, options)) {
        return manifest.head().logit(row(result.get(0)));
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static IllegalStateException failed(EncodedPair pair, OrtException e) {
    return new IllegalStateException("the model failed on " + pair.tokens() + " tokens", e);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("the ONNX session did not close", e);
    }
  }

  private void put(
      Map<String, OnnxTensor> inputs, @Nullable String name, long[] values, long[] shape)
      throws OrtException {
    if (name != null) {
      inputs.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape));
    }
  }

  private float[] row(Object value) {
    FloatBuffer logits = ((OnnxTensor) value).getFloatBuffer();
    float[] row = new float[logits.remaining()]; // [classes]
    logits.get(row);
    int expected = manifest.head().classes();
    if (row.length != expected) {
      throw new InvalidBundleException(
          "%s emits %d values per pair; %s says head %s with %d"
              .formatted(Manifest.MODEL, row.length, Manifest.FILE, manifest.head(), expected));
    }
    for (float logit : row) {
      if (Float.isNaN(logit)) {
        throw new IllegalStateException("the model gave NaN");
      }
    }
    return row;
  }

  private void checkGraph() {
    Set<String> named = new TreeSet<>();
    Manifest.Inputs names = manifest.inputs();
    for (String name :
        Arrays.asList(names.inputIds(), names.tokenTypeIds(), names.attentionMask())) {
      if (name != null) {
        named.add(name);
      }
    }
    if (!named.equals(session.getInputNames())) {
      throw new InvalidBundleException(
          "%s takes inputs %s; %s names %s"
              .formatted(Manifest.MODEL, session.getInputNames(), Manifest.FILE, named));
    }
    NodeInfo info;
    try {
      info = session.getOutputInfo().get(manifest.output());
    } catch (OrtException e) {
      throw new InvalidBundleException(Manifest.MODEL + " does not tell its outputs", e);
    }
    if (info == null) {
      throw new InvalidBundleException(
          "%s has outputs %s; %s names %s"
              .formatted(
                  Manifest.MODEL, session.getOutputNames(), Manifest.FILE, manifest.output()));
    }
    if (info.getInfo() instanceof TensorInfo tensor) {
      long[] shape = tensor.getShape();
      long classes = shape.length == 0 ? -1 : shape[shape.length - 1]; // -1: not known
      if (classes > 0 && classes != manifest.head().classes()) {
        throw new InvalidBundleException(
            "%s emits %d classes; %s says head %s"
                .formatted(Manifest.MODEL, classes, Manifest.FILE, manifest.head()));
      }
    }
  }
}
