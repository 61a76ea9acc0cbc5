package dev.snapranker.boot;

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
import dev.snapranker.score.GoldenCheck;
import dev.snapranker.score.Graph;
import dev.snapranker.score.GraphBuilder;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.VocabularyCheck;
import dev.snapranker.score.WindowCheck;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import dev.snapranker.text.UnknownCharacters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loaded and checked model with its ONNX session, which must be closed. */
final class LoadedModel implements AutoCloseable {
  private final CrossEncoder crossEncoder;
  private final Model model;

  private LoadedModel(CrossEncoder crossEncoder, Model model) {
    this.crossEncoder = crossEncoder;
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
    CrossEncoder crossEncoder = new CrossEncoder(manifest, graph(bundle, startup));
    try {
      TokenizerIds ids = startup.time("checks", () -> TokenizerIds.of(bundle.tokenizerJson()));
      startup.time(
          "checks",
          () -> {
            GoldenCheck.verify(manifest, encoder, crossEncoder);
            WindowCheck.verify(manifest, encoder, crossEncoder);
            VocabularyCheck.verify(manifest, ids, encoder, crossEncoder);
          });
      return new LoadedModel(
          crossEncoder,
          new Model(
              manifest,
              encoder,
              crossEncoder,
              new UnknownCharacters(ids.unknown(), manifest.readsOnlyEnglish()),
              fusion,
              cache,
              System::nanoTime));
    } catch (Throwable e) {
      Opened.of(List.of(crossEncoder)).closeAfter(e);
      throw e;
    }
  }

  /** Builds the graph part by part, and frees each part's bytes before it reads the next. */
  private static Graph graph(ModelBundle bundle, Startup startup) {
    try (GraphBuilder graph = new GraphBuilder(bundle.manifest())) {
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
    crossEncoder.close();
  }
}
