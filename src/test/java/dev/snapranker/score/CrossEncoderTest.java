package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import dev.snapranker.TinyManifest;
import dev.snapranker.model.Head;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.Inputs;
import dev.snapranker.text.EncodedPair;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The native contract, on tiny graphs that sum their inputs. */
class CrossEncoderTest {
  private static final EncodedPair PAIR =
      new EncodedPair(new long[] {5, 7, 11}, new long[] {0, 1, 1}, 1);
  private static final Head ONE = new Head.SingleLogit();

  @BeforeAll
  static void loadNatives() {
    DefaultBundle.handler(); // from where the settings say, once per process
  }

  @Test
  void idsAloneAreScored() {
    assertThat(logit(TinyOnnx.sum("ids"), new Inputs("ids", null, null), ONE)).isEqualTo(23);
  }

  @Test
  void segmentIdsArePassedIfTheGraphHasAnInputForThem() {
    assertThat(logit(TinyOnnx.sum("ids", "types"), new Inputs("ids", "types", null), ONE))
        .isEqualTo(23 + 2);
  }

  @Test
  void theMaskIsAllOnesIfTheGraphHasAnInputForIt() {
    assertThat(logit(TinyOnnx.sum("ids", "types", "mask"), new Inputs("ids", "types", "mask"), ONE))
        .isEqualTo(23 + 2 + 3);
  }

  @Test
  void twoClassesBecomeTheirDifference() {
    byte[] graph = TinyOnnx.classes("ids", "types");
    Inputs inputs = new Inputs("ids", "types", null);
    assertThat(logit(graph, inputs, new Head.TwoClass(0, 1))).isEqualTo(21);
    assertThat(logit(graph, inputs, new Head.TwoClass(1, 0))).isEqualTo(-21);
  }

  @Test
  void aHeadThatDoesNotFitTheGraphFailsAtLoad() {
    assertThatThrownBy(
            () -> logit(TinyOnnx.classes("ids", "types"), new Inputs("ids", "types", null), ONE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage("model.onnx has 2 output classes; expected 1 for the head in reranker.json");
  }

  @Test
  void inputsThatDoNotFitTheGraphFailAtLoad() {
    assertThatThrownBy(() -> logit(TinyOnnx.sum("ids"), new Inputs("ids", "types", null), ONE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage("model.onnx has inputs [ids]; expected those of reranker.json, [ids, types]");
  }

  @Test
  void anOutputThatIsNotThereFailsAtLoad() {
    Manifest manifest = manifest(new Inputs("ids", null, null), ONE, "scores");
    assertThatThrownBy(() -> open(TinyOnnx.sum("ids"), manifest))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "model.onnx has outputs [logits]; expected the output of reranker.json, 'scores'");
  }

  @Test
  void notANumberIsAnErrorNeverARank() {
    assertThatThrownBy(() -> logit(TinyOnnx.notANumber("ids"), new Inputs("ids", null, null), ONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model's output is NaN");
  }

  @Test
  void whatIsNoGraphFailsAtLoad() {
    assertThatThrownBy(() -> logit(new byte[] {1, 2, 3}, new Inputs("ids", null, null), ONE))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith("model.onnx cannot be loaded: ");
  }

  @Test
  void scoringAfterCloseIsAnErrorAndNotACrash() {
    CrossEncoder encoder =
        open(TinyOnnx.sum("ids"), manifest(new Inputs("ids", null, null), ONE, "logits"));
    encoder.close();
    assertThatThrownBy(() -> encoder.logit(PAIR)).isInstanceOf(IllegalStateException.class);
  }

  private static float logit(byte[] graph, Inputs inputs, Head head) {
    try (CrossEncoder encoder = open(graph, manifest(inputs, head, "logits"))) {
      return encoder.logit(PAIR);
    }
  }

  private static CrossEncoder open(byte[] graph, Manifest manifest) {
    ByteBuffer model = ByteBuffer.allocateDirect(graph.length).put(graph).flip();
    try (GraphBuilder builder = new GraphBuilder(manifest)) {
      builder.add(Manifest.MODEL, model);
      return new CrossEncoder(manifest, builder.build());
    }
  }

  private static Manifest manifest(Inputs inputs, Head head, String output) {
    return new TinyManifest().inputs(inputs).head(head).output(output).build();
  }
}
