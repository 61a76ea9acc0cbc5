package dev.snapranker.boot;

import dev.snapranker.model.EmbeddingsFile;
import dev.snapranker.model.FileContent;
import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.Opened;
import dev.snapranker.model.TokenizerIds;
import dev.snapranker.observe.Startup;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.CrossEncoder;
import dev.snapranker.score.Decoder;
import dev.snapranker.score.GoldenCheck;
import dev.snapranker.score.Graph;
import dev.snapranker.score.GraphBuilder;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.VocabularyCheck;
import dev.snapranker.score.WindowCheck;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import dev.snapranker.text.UnknownCharacters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loaded and checked model with its ONNX session, which must be closed. */
final class LoadedModel implements AutoCloseable {
  private final Scorer scorer;
  private final Model model;

  private LoadedModel(Scorer scorer, Model model) {
    this.scorer = scorer;
    this.model = model;
  }

  /**
   * Loads and checks a bundle's model; throws an {@link InvalidBundleException} if it is wrong.
   *
   * @param fusion weights in place of the bundle's own; null to use the bundle's
   */
  static LoadedModel of(
      ModelBundle bundle,
      Tokenizer tokenizer,
      @Nullable FusionWeights fusion,
      ScoreCache cache,
      Startup startup) {
    try {
      return load(bundle, tokenizer, fusion, cache, startup);
    } catch (InvalidBundleException e) { // its message names the file, but not the bundle
      throw new InvalidBundleException(
          "model '%s': %s".formatted(bundle.manifest().id(), e.getMessage()), e);
    }
  }

  private static LoadedModel load(
      ModelBundle bundle,
      Tokenizer tokenizer,
      @Nullable FusionWeights fusion,
      ScoreCache cache,
      Startup startup) {
    Manifest manifest = bundle.manifest();
    PairEncoder encoder = new PairEncoder(tokenizer, manifest.pair(), manifest.maxTokens());
    Scorer scorer = scorer(manifest, graph(bundle, startup));
    try {
      TokenizerIds ids = startup.time("checks", () -> TokenizerIds.of(bundle.tokenizerJson()));
      startup.time(
          "checks",
          () -> {
            GoldenCheck.verify(manifest, encoder, scorer);
            WindowCheck.verify(manifest, encoder, scorer);
            VocabularyCheck.verify(manifest, ids, encoder, scorer);
          });
      return new LoadedModel(
          scorer,
          new Model(
              manifest,
              encoder,
              scorer,
              new UnknownCharacters(ids.unknown(), manifest.readsOnlyEnglish()),
              fusion,
              cache,
              System::nanoTime));
    } catch (Throwable e) {
      Opened.of(List.of(scorer)).closeAfter(e);
      throw e;
    }
  }

  /** A decoder reads the template's first tokens now, so that a snapshot has their state. */
  private static Scorer scorer(Manifest manifest, Graph graph) {
    try {
      return manifest.decoder() == null
          ? new CrossEncoder(manifest, graph)
          : new Decoder(manifest, graph);
    } catch (Throwable e) {
      Opened.of(List.of(graph)).closeAfter(e);
      throw e;
    }
  }

  /**
   * Builds the graph part by part, and frees each part's bytes before it reads the next. A copy of
   * the embeddings is removed at the end, when sessions have mapped it.
   */
  private static Graph graph(ModelBundle bundle, Startup startup) {
    try (EmbeddingsFile embeddings = startup.time(Startup.MODEL_FILES, bundle::embeddings);
        GraphBuilder graph =
            new GraphBuilder(bundle.manifest(), embeddings == null ? null : embeddings.path())) {
      for (String name : bundle.manifest().parts()) {
        try (FileContent part = startup.time(Startup.MODEL_FILES, () -> bundle.part(name))) {
          startup.time("session", () -> graph.add(name, part.bytes()));
        }
      }
      return graph.build();
    }
  }

  Model model() {
    return model;
  }

  @Override
  public void close() {
    scorer.close();
  }
}
