package dev.snapranker.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.model.Sha256;
import dev.snapranker.observe.Startup;
import dev.snapranker.score.TinyOnnx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles whose files are what the manifest says, and which could not serve each request. */
class UnusableBundleTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir Path folder;
  private ObjectNode manifest;

  @BeforeEach
  void copyTheDefaultBundle() throws IOException {
    Path original = DefaultBundle.directory();
    for (String file : new String[] {Manifest.FILE, Manifest.MODEL, Manifest.TOKENIZER}) {
      Files.copy(original.resolve(file), folder.resolve(file));
    }
    manifest = (ObjectNode) MAPPER.readTree(folder.resolve(Manifest.FILE).toFile());
  }

  @Test
  void theBundleItselfIsUsable() throws IOException {
    assertThat(load()).isEqualTo("snap-base");
  }

  @Test
  void ofSeveralBundlesTheMessageSuggestsTheSmallestFirst() throws IOException {
    Path several = Path.of("model-layer", "models");
    List<Manifest> bySize =
        ModelLoader.bundlesIn(several).stream()
            .map(bundle -> ModelLoader.load(bundle).manifest())
            .sorted(Comparator.comparingLong(Manifest::modelBytes))
            .toList();
    assertThat(bySize).hasSizeGreaterThan(1);
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("MODEL_DIR", several.toString());
    Settings settings = Settings.from(environment);
    assertThatThrownBy(() -> Wiring.of(settings, new Startup()))
        .hasMessageStartingWith("several models are loaded: '" + bySize.getFirst().id() + "' (")
        .hasMessageContaining(
            "the cheapest first: for example STAGES=%s:30,%s, or STAGES="
                .formatted(bySize.getFirst().id(), bySize.getLast().id()));
  }

  @Test
  void aWindowThatIsLargerThanTheModelsIsRefused() {
    manifest.put("max_tokens", 1024);
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "model 'snap-base': the model fails on 1024 tokens, but reranker.json has max_tokens 1024; expected a window that the model can read");
  }

  @Test
  void aWindowIsFilledEvenIfTheGoldenDocumentHasNoTokens() {
    manifest.put("max_tokens", 8_192);
    ((ObjectNode) manifest.at("/golden/0")).put("document", " ").put("tolerance", 1);
    ((ObjectNode) manifest.at("/golden/0")).put("logit", -14.4);
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageEndingWith(
            "the model fails on 1024 tokens, but reranker.json has max_tokens 8192; expected a window that the model can read");
  }

  @Test
  void anAddedTokenBeyondTheModelsEmbeddingsIsRefused() throws IOException {
    change(
        Manifest.TOKENIZER,
        tokenizer -> {
          ObjectNode added = tokenizer.withArrayProperty("added_tokens").addObject();
          added.put("id", 5).put("content", "<doc>"); // the tokenizer counts on by itself
          for (String flag :
              new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
            added.put(flag, false);
          }
        });
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith(
            "model 'snap-base': tokenizer.json has token 30522, but the model fails on it; expected a"
                + " model that knows all tokens: ");
  }

  @Test
  void aPieceBeyondTheModelsEmbeddingsIsRefused() throws IOException {
    change(
        Manifest.TOKENIZER,
        tokenizer -> ((ObjectNode) tokenizer.at("/model/vocab")).put("zzzzzz", 40_000));
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("tokenizer.json has token 40000, but the model fails on it");
  }

  @Test
  void aTemplateTokenThatTheModelDoesNotKnowIsRefused() {
    ((ObjectNode) manifest.path("pair")).put("cls", 30_522);
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith(
            "model 'snap-base': the model fails on golden[0] of reranker.json: ");
  }

  @Test
  void aModelWhoseOutputIsNoFloatIsRefused() throws IOException {
    write(Manifest.MODEL, TinyOnnx.integers("input_ids", "token_type_ids"));
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("model.onnx has the output 'logits' as ")
        .hasMessageContaining("expected a tensor of floats");
  }

  @Test
  void aModelWithWeightsElsewhereIsRefusedThoughTheyAreThere() throws IOException {
    byte[] weights = new byte[16];
    Files.write(folder.resolve("weights.bin"), weights);
    write(
        Manifest.MODEL,
        TinyOnnx.external(TinyOnnx.External.INITIALIZER, "weights.bin", "input_ids"));
    assertThatThrownBy(this::load)
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageStartingWith(
            "model 'snap-base': model.onnx has weights in another file, 'weights.bin'");
  }

  private String load() throws IOException {
    MAPPER.writeValue(folder.resolve(Manifest.FILE).toFile(), manifest);
    Map<String, String> environment = new TreeMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", folder.toString());
    try (Wiring wiring = Wiring.of(Settings.from(environment), new Startup())) {
      return wiring.manifest().id();
    }
  }

  private void change(String file, Consumer<JsonNode> change) throws IOException {
    JsonNode json = MAPPER.readTree(folder.resolve(file).toFile());
    change.accept(json);
    write(file, json.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void write(String file, byte[] content) throws IOException {
    Files.write(folder.resolve(file), content);
    ((ObjectNode) manifest.path("files").path(file))
        .put("bytes", content.length)
        .put("sha256", Sha256.hex(content));
  }
}
