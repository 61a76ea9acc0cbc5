package dev.snapranker.boot;

import dev.snapranker.api.LongText;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.observe.Startup;
import dev.snapranker.rank.Reranker;
import dev.snapranker.score.CrossEncoder;
import dev.snapranker.score.GoldenCheck;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.score.WindowCheck;
import dev.snapranker.store.ObjectStore;
import dev.snapranker.store.S3ObjectStore;
import dev.snapranker.text.HuggingFaceTokens;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import java.time.Duration;

/** Assembles the parts and owns what must be closed: tokenizer, session, threads. */
public final class Wiring implements AutoCloseable {
  private final Manifest manifest;
  private final Tokenizer tokenizer;
  private final CrossEncoder crossEncoder;
  private final ScoringPool pool;
  private final PairEncoder encoder;
  private final Reranker reranker;

  private Wiring(
      Manifest manifest,
      Tokenizer tokenizer,
      CrossEncoder crossEncoder,
      ScoringPool pool,
      PairEncoder encoder) {
    this.manifest = manifest;
    this.tokenizer = tokenizer;
    this.crossEncoder = crossEncoder;
    this.pool = pool;
    this.encoder = encoder;
    this.reranker = new Reranker(manifest, encoder, crossEncoder, pool);
  }

  /**
   * Loads the model, verified down to its golden pairs, or throws what is wrong with it.
   *
   * @param startup notes how long each part takes
   */
  public static Wiring of(Settings settings, Startup startup) {
    Natives.configure(settings.nativeDir());
    ModelBundle bundle = startup.time("model files", () -> load(settings));
    startup.read(bundle.model().capacity());
    Manifest manifest = bundle.manifest();
    Tokenizer tokenizer =
        startup.time("tokenizer", () -> new HuggingFaceTokens(bundle.tokenizerJson()));
    startup.time("onnxruntime", CrossEncoder::loadRuntime);
    CrossEncoder crossEncoder = startup.time("session", () -> new CrossEncoder(bundle));
    PairEncoder encoder = new PairEncoder(tokenizer, manifest.pair(), manifest.maxTokens());
    startup.time(
        "checks",
        () -> {
          GoldenCheck.verify(manifest, encoder, crossEncoder);
          WindowCheck.verify(manifest, encoder, crossEncoder);
        });
    return new Wiring(
        manifest, tokenizer, crossEncoder, new ScoringPool(settings.scoringThreads()), encoder);
  }

  private static ModelBundle load(Settings settings) {
    if (settings.modelUri() == null) {
      return ModelLoader.load(settings.modelDir());
    }
    try (ObjectStore store = new S3ObjectStore()) { // closed long before a snapshot is taken
      return ModelLoader.load(
          settings.modelUri(), store, Duration.ofSeconds(settings.modelLoadSeconds()));
    }
  }

  public Manifest manifest() {
    return manifest;
  }

  public Reranker reranker() {
    return reranker;
  }

  /** Gives back the memory that only the longest documents so far needed. */
  public void trim() {
    Manifest.GoldenPair any = manifest.golden().getFirst();
    crossEncoder.logitThenTrim(
        encoder
            .document(encoder.query(any.query()), any.document(), LongText.KEEP_START)
            .pairs()
            .getFirst());
  }

  @Override
  public void close() {
    pool.close();
    crossEncoder.close();
    tokenizer.close();
  }
}
