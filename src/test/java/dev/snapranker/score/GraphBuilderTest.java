package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.snapranker.DefaultBundle;
import dev.snapranker.TinyManifest;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.text.EncodedPair;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Chains of tiny graphs, whole and broken. Their parts are named a, b, c, … */
class GraphBuilderTest {
  private static final EncodedPair PAIR =
      new EncodedPair(new long[] {5, 7, 11}, new long[] {0, 1, 1}, 1);

  private static final byte[] FIRST = TinyOnnx.part("x", List.of(), "ids"); // 23
  private static final byte[] SECOND = TinyOnnx.part("y", List.of("x"), "types"); // 23 + 2
  private static final byte[] LAST = TinyOnnx.part("logits", List.of("x", "y"), "ids"); // 71

  @BeforeAll
  static void loadNatives() {
    DefaultBundle.handler(); // from where the settings say, once per process
  }

  @Test
  void aPartReadsInputsOfTheModelAndOutputsOfAllEarlierParts() {
    assertThat(logit(FIRST, SECOND, LAST)).isEqualTo(23 + 25 + 23);
  }

  @Test
  void aValueIsClosedWhenNoLaterPartNeedsIt() throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> values = new HashMap<>();
    for (String input : List.of("ids", "types")) {
      LongBuffer ids = LongBuffer.wrap(new long[] {1, 2, 3});
      values.put(input, OnnxTensor.createTensor(environment, ids, new long[] {1, 3}));
    }
    Map<String, OnnxTensor> given = Map.copyOf(values);
    try (Graph graph = graph(FIRST, SECOND, LAST)) {
      graph.logit(values, Map.of());
      assertThat(values).containsOnlyKeys("logits");
      assertThat(values.values()).noneMatch(OnnxTensor::isClosed);
      assertThat(given.values()).allMatch(OnnxTensor::isClosed);
    } finally {
      values.values().forEach(OnnxTensor::close);
    }
  }

  @Test
  void aPartBeforeThePartsThatItNeedsIsReported() {
    assertThatThrownBy(() -> logit(FIRST, LAST, SECOND))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "b has inputs [ids, x, y]; expected those of reranker.json, [ids, types], or outputs of"
                + " earlier parts, [x]");
  }

  @Test
  void aMissingPartIsReportedByItsOutput() {
    assertThatThrownBy(() -> logit(SECOND, LAST))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage("a has inputs [types, x]; expected those of reranker.json, [ids, types]");
  }

  @Test
  void anInputThatNoPartHasIsReported() {
    assertThatThrownBy(() -> logit(FIRST, TinyOnnx.part("logits", List.of("x"))))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage("a … b has inputs [ids]; expected those of reranker.json, [ids, types]");
  }

  @Test
  void aChainWithoutTheOutputReportsItsOutputs() {
    assertThatThrownBy(() -> logit(FIRST, SECOND))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage("a … b has outputs [x, y]; expected the output of reranker.json, 'logits'");
  }

  @Test
  void twoPartsWithTheSameOutputAreReported() {
    assertThatThrownBy(() -> logit(FIRST, SECOND, TinyOnnx.part("x", List.of("y"))))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage("c has the output 'x', but a has this name too; expected different names");
    assertThatThrownBy(() -> logit(FIRST, TinyOnnx.part("types", List.of("x"))))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "b has the output 'types', but reranker.json has this name too; expected different names");
  }

  @Test
  void aPartWhoseOutputsAreUnusedIsReported() {
    byte[] last = TinyOnnx.part("logits", List.of("x"), "types");
    assertThatThrownBy(() -> logit(FIRST, TinyOnnx.part("z", List.of("x")), last))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "b has outputs [z], but no later part uses them; expected only parts that are used");
  }

  @Test
  void aPartThatIsNoGraphIsNamed() {
    assertThatThrownBy(() -> logit(FIRST, new byte[] {1, 2, 3}))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith("b cannot be loaded: ");
  }

  @ParameterizedTest
  @EnumSource
  void weightsInAnotherFileAreRefusedWhereverTheGraphKeepsThem(TinyOnnx.External where) {
    for (String location :
        List.of("weights.bin", "../../etc/passwd", "/etc/passwd", "*/_ORT_MEM_ADDR_/*")) {
      byte[] part = TinyOnnx.external(where, location, "ids");
      assertThatThrownBy(() -> logit(part))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessage(
              "a has weights in another file, '%s', which has no checksum; expected all weights"
                      .formatted(location)
                  + " in the graph, or as its initializers in the file that reranker.json names as"
                  + " embeddings");
      assertThatThrownBy(() -> logit(FIRST, part))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessageStartingWith("b has weights in another file");
    }
  }

  /** Each beginning of a graph, and each graph with one byte changed: an error or a graph. */
  @Test
  void aDamagedGraphIsNeverReadBeyondItsEnd() {
    byte[] whole = TinyOnnx.external(TinyOnnx.External.SUBGRAPH, "weights.bin", "ids");
    int refused = 0;
    for (int i = 0; i < whole.length; i++) {
      refused += isRefused(Arrays.copyOf(whole, i)) ? 1 : 0;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) (1 << bit);
        refused += isRefused(damaged) ? 1 : 0;
      }
    }
    assertThat(refused).isGreaterThan(whole.length);
  }

  private static boolean isRefused(byte[] graph) {
    try {
      ExternalTensors.find(ByteBuffer.wrap(graph));
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  /** Protobuf keeps the lower 32 bits of an enum. */
  @Test
  void aPlaceWithMoreBitsThanProtobufKeepsIsFoundToo() {
    byte[] tensor = {14 << 3, (byte) 0x81, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10};
    byte[] model = TinyOnnx.message(TinyOnnx.bytes(7, TinyOnnx.bytes(5, tensor)));
    assertThat(ExternalTensors.find(ByteBuffer.wrap(model))).hasSize(1);
  }

  /** ONNX Runtime would read the file that it names. */
  @Test
  void aTensorWhoseFieldHasMoreBitsThanProtobufKeepsIsFoundToo() {
    byte[] tensor = {14 << 3, 1};
    for (byte highest : new byte[] {0x10, 0x20, 0x40}) { // bits 32, 33 and 34
      byte[] field = {(byte) (5 << 3 | 2 | 0x80), (byte) 0x80, (byte) 0x80, (byte) 0x80, highest};
      byte[] length = {(byte) tensor.length};
      byte[] graph = TinyOnnx.message(field, length, tensor);
      byte[] model = TinyOnnx.message(TinyOnnx.bytes(7, graph));
      assertThat(ExternalTensors.find(ByteBuffer.wrap(model))).hasSize(1);
    }
  }

  @Test
  void aGraphInAGraphInAGraphWithoutEndIsRefused() {
    byte[] graph = {};
    for (int i = 0; i < 200; i++) { // as an attribute's graph of a node of the next one
      graph = TinyOnnx.around(graph);
    }
    byte[] model = TinyOnnx.message(TinyOnnx.bytes(7, graph));
    assertThatThrownBy(() -> ExternalTensors.find(ByteBuffer.wrap(model)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("its graphs are nested too deeply");
  }

  private static float logit(byte[]... parts) {
    try (CrossEncoder encoder = open(parts)) {
      return encoder.logit(PAIR);
    }
  }

  private static CrossEncoder open(byte[]... parts) {
    return new CrossEncoder(manifest(parts.length), graph(parts));
  }

  private static Graph graph(byte[]... parts) {
    Manifest manifest = manifest(parts.length);
    try (GraphBuilder graph = new GraphBuilder(manifest)) {
      for (int i = 0; i < parts.length; i++) {
        byte[] part = parts[i];
        String name = manifest.parts().get(i);
        graph.add(name, ByteBuffer.allocateDirect(part.length).put(part).flip());
      }
      return graph.build();
    }
  }

  private static Manifest manifest(int count) {
    List<String> parts =
        IntStream.range(0, count).mapToObj(i -> String.valueOf((char) ('a' + i))).toList();
    return new TinyManifest()
        .parts(parts)
        .inputs(new Manifest.Inputs("ids", "types", null))
        .build();
  }
}
