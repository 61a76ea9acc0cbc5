package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.LongText;
import dev.snapranker.model.FileContent;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small random decoder: what its pairs share, and for how long. */
class DecoderTest {
  private static final Path BUNDLE = Path.of("src", "test", "resources", "families", "qwen3");
  private static final JsonMapper MAPPER = new JsonMapper();

  private static Tokenizer tokenizer;
  private static PairEncoder encoder;
  private static Decoder decoder;

  @TempDir private Path folder;

  @BeforeAll
  static void load() {
    DefaultBundle.handler(); // natives are loaded from where the settings say
    ModelBundle bundle = ModelLoader.load(BUNDLE);
    tokenizer = Tokenizer.of(bundle.tokenizerJson());
    encoder = encoder(bundle.manifest());
    decoder = decoder(bundle);
  }

  @AfterAll
  static void close() {
    decoder.close();
    tokenizer.close();
  }

  @Test
  void pairsOfAnOpenQueryHaveTheBitsThatEachHasAlone() {
    EncodedQuery query = encoder.query("what makes bread rise");
    List<EncodedPair> pairs =
        IntStream.range(0, 60).mapToObj(i -> pair(query, "yeast ".repeat(i % 20) + i)).toList();
    Float[] together = new Float[pairs.size()];
    try (ScoringPool pool = new ScoringPool(2);
        QueryScorer open = decoder.open(query, Deadline.never())) {
      pool.forEachWhile(
          pairs.size(),
          i -> {
            together[i] = open.logit(pairs.get(i));
            return true;
          });
    }
    List<Float> alone = pairs.stream().map(decoder::logit).toList();
    assertThat(together).containsExactly(alone.toArray(Float[]::new));
    assertThat(alone).doesNotHaveDuplicates();
  }

  @Test
  void theQueryIsReadOnceAndForAPairOnlyTheDocument() {
    EncodedQuery query = encoder.query("bread");
    EncodedPair pair = pair(query, "yeast");
    try (QueryScorer open = decoder.open(query, Deadline.never())) {
      assertThat(open.tokens(pair)).isEqualTo(pair.tokens() - pair.documentStart());
      assertThat(open.tokensToPrepare()).isEqualTo(query.ids().length);
      assertThat(open.prepare()).isEqualTo(query.ids().length);
      assertThat(open.prepare()).isZero();
      assertThat(open.tokensToPrepare()).isZero();
    }
  }

  @Test
  void twoOpenQueriesDoNotDisturbEachOther() {
    EncodedQuery bread = encoder.query("bread");
    EncodedQuery iron = encoder.query("symptoms of iron deficiency");
    try (QueryScorer first = decoder.open(bread, Deadline.never());
        QueryScorer second = decoder.open(iron, Deadline.never())) {
      for (String document : List.of("yeast", "pale skin", "yeast")) {
        assertThat(first.logit(pair(bread, document)))
            .isEqualTo(decoder.logit(pair(bread, document)));
        assertThat(second.logit(pair(iron, document)))
            .isEqualTo(decoder.logit(pair(iron, document)));
      }
    }
  }

  @Test
  void aClosedQueryIsAnErrorAndNotACrash() {
    EncodedQuery query = encoder.query("bread");
    QueryScorer used = decoder.open(query, Deadline.never());
    used.logit(pair(query, "yeast"));
    used.close();
    used.close();
    assertThatThrownBy(() -> used.logit(pair(query, "yeast")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the query is closed");
    QueryScorer unused = decoder.open(query, Deadline.never());
    unused.close();
    assertThatThrownBy(unused::prepare).hasMessage("the query is closed");
  }

  /** An interrupted request closes its query while other threads may still score its pairs. */
  @Test
  void aQueryMayBeClosedWhileItsPairsAreScored() throws Exception {
    EncodedQuery query = encoder.query("bread");
    EncodedPair pair = pair(query, "yeast ".repeat(20));
    float expected = decoder.logit(pair);
    for (int round = 0; round < 30; round++) {
      QueryScorer open = decoder.open(query, Deadline.never());
      CountDownLatch scored = new CountDownLatch(1 + round % 5);
      CompletableFuture<Throwable> end =
          CompletableFuture.supplyAsync(() -> {
            while (true) {
              try {
                assertThat(open.logit(pair)).isEqualTo(expected);
                scored.countDown();
              } catch (IllegalStateException closed) {
                return closed;
              }
            }
          });
      assertThat(scored.await(20, TimeUnit.SECONDS)).isTrue();
      open.close();
      assertThat(end.get(20, TimeUnit.SECONDS)).hasMessage("the query is closed");
    }
  }

  @Test
  void openQueriesHoldAtMostTheTokensOfAWindow() throws Exception {
    int window = decoder.freeTokens();
    assertThat(window).isEqualTo(256);
    EncodedQuery query = encoder.query("bread ".repeat(200)); // half of the window
    int tokens = window / 2;
    List<QueryScorer> open = new ArrayList<>();
    open.add(decoder.open(query, Deadline.never()));
    open.add(decoder.open(query, Deadline.never()));
    assertThat(decoder.freeTokens()).isEqualTo(window - 2 * tokens);
    CompletableFuture<QueryScorer> third =
        CompletableFuture.supplyAsync(() -> decoder.open(query, Deadline.never()));
    decoder.open(query, Deadline.inMillis(-1)).close(); // no time to wait, and nothing to give back
    assertThat(decoder.freeTokens()).isEqualTo(window - 2 * tokens);
    open.removeFirst().close();
    open.add(third.get(20, TimeUnit.SECONDS));
    open.forEach(QueryScorer::close);
    assertThat(decoder.freeTokens()).isEqualTo(window);
  }

  @Test
  void aDecoderThatDoesNotFitTheGraphIsRefused() {
    assertRefused(
        manifest -> ((ObjectNode) manifest.path("decoder")).put("layers", 2),
        "model.onnx has inputs [input_ids, past.0.key, past.0.value, past.1.key, past.1.value,"
            + " past.2.key, past.2.value]; expected those of reranker.json, [input_ids, past.0.key,"
            + " past.0.value, past.1.key, past.1.value]");
    assertRefused(
        manifest -> ((ObjectNode) manifest.path("decoder")).put("head_size", 16),
        "expected [1, 2, tokens, 16], as decoder in reranker.json says");
  }

  @Test
  void aPromptThatTheModelDoesNotKnowIsRefused() {
    assertRefused(
        manifest -> ((ObjectNode) manifest.path("pair")).putArray("before").add(1_000_000),
        "the model fails on the tokens in pair.before of reranker.json: ");
  }

  @Test
  void aWindowBeyondTheModelsPositionsIsRefused() throws IOException {
    ModelBundle bundle = changed(manifest -> manifest.put("max_tokens", 8_192));
    try (Decoder wide = decoder(bundle)) {
      assertThatThrownBy(
              () -> WindowCheck.verify(bundle.manifest(), encoder(bundle.manifest()), wide))
          .isInstanceOf(InvalidBundleException.class)
          .hasMessageContaining("the model fails on 8192 tokens");
    }
    WindowCheck.verify(ModelLoader.load(BUNDLE).manifest(), encoder, decoder);
  }

  private void assertRefused(Consumer<ObjectNode> change, String message) {
    assertThatThrownBy(() -> decoder(changed(change)).close())
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining(message);
  }

  private ModelBundle changed(Consumer<ObjectNode> change) throws IOException {
    for (String file : List.of(Manifest.MODEL, Manifest.TOKENIZER)) {
      Files.write(folder.resolve(file), Files.readAllBytes(BUNDLE.resolve(file)));
    }
    ObjectNode manifest = (ObjectNode) MAPPER.readTree(BUNDLE.resolve(Manifest.FILE).toFile());
    change.accept(manifest);
    MAPPER.writeValue(folder.resolve(Manifest.FILE).toFile(), manifest);
    return ModelLoader.load(folder);
  }

  private static EncodedPair pair(EncodedQuery query, String document) {
    return encoder.document(query, document, LongText.KEEP_START).pairs().getFirst();
  }

  private static PairEncoder encoder(Manifest manifest) {
    return new PairEncoder(tokenizer, manifest.pair(), manifest.maxTokens());
  }

  private static Decoder decoder(ModelBundle bundle) {
    try (GraphBuilder graph = new GraphBuilder(bundle.manifest());
        FileContent model = bundle.part(Manifest.MODEL)) {
      graph.add(Manifest.MODEL, model.bytes());
      return new Decoder(bundle.manifest(), graph.build());
    }
  }
}
