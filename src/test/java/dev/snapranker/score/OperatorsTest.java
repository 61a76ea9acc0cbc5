package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The operators that ONNX Runtime runs, which its optimiser chooses when it loads a graph. Which of
 * them is fast depends on its version, so an upgrade that chooses others must be measured
 * (docs/benchmarks/graph.md).
 */
class OperatorsTest {
  /** Operators that take time, if the optimiser leaves or makes them. */
  private static final List<String> WATCHED =
      List.of(
          "Attention",
          "DynamicQuantizeMatMul",
          "GroupQueryAttention",
          "LayerNormalization",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "MultiHeadAttention",
          "SimplifiedLayerNormalization",
          "SkipLayerNormalization",
          "SkipSimplifiedLayerNormalization",
          "Softmax",
          "Transpose");

  @TempDir private Path folder;

  @BeforeAll
  static void loadNatives() {
    DefaultBundle.handler(); // from where the settings say, once per process
  }

  @ParameterizedTest
  @CsvSource({
    "model-layer/models/snap-base, {DynamicQuantizeMatMul=39; LayerNormalization=1; MultiHeadAttention=15; SkipLayerNormalization=18; Softmax=1}",
    "model-layer/models/snap-tiny, {DynamicQuantizeMatMul=8; LayerNormalization=1; MultiHeadAttention=4; SkipLayerNormalization=4; Softmax=1}",
    "src/test/resources/families/bert, {LayerNormalization=1; MultiHeadAttention=2; SkipLayerNormalization=4}",
    "src/test/resources/families/modernbert, {LayerNormalization=2; MultiHeadAttention=4; SkipLayerNormalization=8}",
    "src/test/resources/families/monot5, {MultiHeadAttention=4; SimplifiedLayerNormalization=1; SkipSimplifiedLayerNormalization=10}",
    "src/test/resources/families/qwen3, {GroupQueryAttention=3; SimplifiedLayerNormalization=7; SkipSimplifiedLayerNormalization=6}",
  })
  void theOptimiserChoosesTheOperatorsThatWereMeasured(Path bundle, String expected)
      throws IOException, OrtException {
    Map<String, Integer> operators = operators(bundle.resolve("model.onnx"));
    operators.keySet().retainAll(WATCHED);
    assertThat(operators).hasToString(expected.replace(';', ','));
  }

  /** How many times one run of nine tokens runs each operator. */
  private Map<String, Integer> operators(Path model) throws IOException, OrtException {
    String profile;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.enableProfiling(folder.resolve("profile").toString());
      try (OrtSession session =
              OrtEnvironment.getEnvironment().createSession(model.toString(), options);
          Opened inputs = new Opened()) {
        session.run(inputs(session, inputs)).close();
        profile = session.endProfiling();
      }
    }
    Map<String, Integer> operators = new TreeMap<>();
    for (JsonNode event : new JsonMapper().readTree(Path.of(profile).toFile())) {
      if (event.path("name").asText().endsWith("_kernel_time")) {
        operators.merge(event.path("args").path("op_name").asText(), 1, Integer::sum);
      }
    }
    return operators;
  }

  private static Map<String, OnnxTensor> inputs(OrtSession session, Opened opened)
      throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (NodeInfo input : session.getInputInfo().values()) {
      long[] shape = ((TensorInfo) input.getInfo()).getShape();
      inputs.put(input.getName(), opened.add(shape.length == 2 ? ids() : noPast(shape)));
    }
    return inputs;
  }

  private static OnnxTensor ids() throws OrtException {
    long[] ids = new long[9];
    Arrays.fill(ids, 4, 9, 1);
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(), LongBuffer.wrap(ids), new long[] {1, ids.length});
  }

  /** A decoder's keys or values of no token. */
  private static OnnxTensor noPast(long[] shape) throws OrtException {
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(),
        FloatBuffer.allocate(0),
        new long[] {1, shape[1], 0, shape[3]});
  }
}
