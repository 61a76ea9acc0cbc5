package dev.snapranker.boot;

import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.rank.Reranker;
import dev.snapranker.score.CrossEncoder;
import dev.snapranker.score.GoldenCheck;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.HuggingFaceTokens;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;

/** Assembles the parts and owns what must be closed: tokenizer, session, threads. */
public final class Wiring implements AutoCloseable {
  private final Manifest manifest;
  private final Tokenizer tokenizer;
  private final CrossEncoder crossEncoder;
  private final ScoringPool pool;
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
    this.reranker = new Reranker(manifest, encoder, crossEncoder, pool);
  }

  /** Loads the model, verified down to its golden pairs, or throws what is wrong with it. */
  public static Wiring of(Settings settings) {
    Natives.configure(settings.nativeDir());
    ModelBundle bundle = ModelLoader.load(settings.modelDir());
    Manifest manifest = bundle.manifest();
    Tokenizer tokenizer = new HuggingFaceTokens(bundle.tokenizerJson());
    CrossEncoder crossEncoder = new CrossEncoder(bundle);
    PairEncoder encoder = new PairEncoder(tokenizer, manifest.pair(), manifest.maxTokens());
    GoldenCheck.verify(manifest, encoder, crossEncoder);
    return new Wiring(
        manifest, tokenizer, crossEncoder, new ScoringPool(settings.scoringThreads()), encoder);
  }

  public Manifest manifest() {
    return manifest;
  }

  public Reranker reranker() {
    return reranker;
  }

  @Override
  public void close() {
    pool.close();
    crossEncoder.close();
    tokenizer.close();
  }
}
