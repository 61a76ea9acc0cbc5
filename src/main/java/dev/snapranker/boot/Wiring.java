package dev.snapranker.boot;

import dev.snapranker.api.StageChoice;
import dev.snapranker.model.FusionFile;
import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.model.Opened;
import dev.snapranker.observe.Startup;
import dev.snapranker.rank.Models;
import dev.snapranker.rank.Reranker;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.CrossEncoder;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.store.ObjectStore;
import dev.snapranker.store.S3ObjectStore;
import dev.snapranker.text.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Assembles the parts, and closes tokenizers, sessions and threads. */
public final class Wiring implements AutoCloseable {
  private static final long BYTES_PER_MEGABYTE = 1 << 20;

  private final Map<String, Tokenizer> tokenizers = new LinkedHashMap<>(); // by SHA-256
  private final Opened opened = new Opened();
  private final ScoreCache cache;
  private final Models models;
  private final Reranker reranker;
  private final String defaults;

  private Wiring(Settings settings, List<ModelBundle> bundles, Startup startup) {
    this.cache = new ScoreCache(settings.scoreCacheMegabytes() * BYTES_PER_MEGABYTE);
    List<LoadedModel> loaded = new ArrayList<>();
    try {
      @Nullable FusionFile fusion = fusion(settings, bundles);
      for (ModelBundle bundle : bundles) {
        startup.addModelBytes(bundle.manifest().modelBytes());
        Tokenizer tokenizer = startup.time("tokenizer", () -> tokenizer(bundle));
        startup.time("onnxruntime", CrossEncoder::loadRuntime);
        loaded.add(
            opened.add(LoadedModel.of(bundle, tokenizer, weights(fusion, bundle), cache, startup)));
      }
      this.models =
          new Models(
              loaded.stream().map(LoadedModel::model).toList(),
              settings.stages(),
              settings.fusion());
      // Opened last, so that it is closed first: its threads use everything else.
      this.reranker =
          new Reranker(
              models,
              opened.add(new ScoringPool(settings.scoringThreads())),
              settings.textPolicy());
    } catch (Throwable e) {
      opened.closeAfter(e);
      throw e;
    }
    this.defaults = settings.stages() + " " + settings.fusion() + " " + settings.textPolicy();
  }

  /**
   * Loads and checks the models; throws an exception that says what is wrong with one.
   *
   * @param startup measures how long each part takes
   */
  public static Wiring of(Settings settings, Startup startup) {
    Natives.configure(settings.nativeDir());
    if (settings.modelUris().isEmpty()) {
      return new Wiring(settings, startup.time(Startup.MODEL_FILES, () -> open(settings)), startup);
    }
    Opened opened = new Opened();
    try (ObjectStore store = new S3ObjectStore()) { // closed before a snapshot is taken
      return opened.add(
          new Wiring(
              settings, startup.time(Startup.MODEL_FILES, () -> open(settings, store)), startup));
    } catch (Throwable e) { // also if closing the store fails
      opened.closeAfter(e);
      throw e;
    }
  }

  private static List<ModelBundle> open(Settings settings) {
    return ModelLoader.bundlesIn(settings.modelDir()).stream().map(ModelLoader::load).toList();
  }

  private static List<ModelBundle> open(Settings settings, ObjectStore store) {
    Duration limit = Duration.ofSeconds(settings.modelLoadSeconds());
    return settings.modelUris().stream()
        .map(source -> ModelLoader.load(source, store, limit))
        .toList();
  }

  /** Reads the file of weights for learned fusion, which must belong to a loaded model. */
  private static @Nullable FusionFile fusion(Settings settings, List<ModelBundle> bundles) {
    if (settings.fusionFile() == null) {
      return null;
    }
    FusionFile file = FusionFile.read(settings.fusionFile());
    for (ModelBundle bundle : bundles) {
      if (bundle.manifest().id().equals(file.model())
          && bundle.manifest().revision().equals(file.revision())) {
        return file;
      }
    }
    throw new IllegalArgumentException(
        "%s is for model '%s' of revision '%s', which is not loaded; expected weights for a loaded model (./snapranker fit-fusion writes them)"
            .formatted(settings.fusionFile(), file.model(), file.revision()));
  }

  private static @Nullable FusionWeights weights(@Nullable FusionFile file, ModelBundle bundle) {
    return file != null && file.model().equals(bundle.manifest().id()) ? file.weights() : null;
  }

  /** Opens the bundle's tokenizer, once for all models that share it. */
  private Tokenizer tokenizer(ModelBundle bundle) {
    return Objects.requireNonNull(
        tokenizers.computeIfAbsent(
            bundle.manifest().tokenizerSha256(),
            _ -> opened.add(Tokenizer.of(bundle.tokenizerJson()))));
  }

  /** The manifest of the model in the last default stage. */
  public Manifest manifest() {
    return models.primary().manifest();
  }

  /** The ids of all loaded models. */
  public List<String> modelIds() {
    return models.all().stream().map(Model::id).toList();
  }

  /** The stages of a request that names none. */
  public List<StageChoice> defaultStages() {
    return models.defaults();
  }

  /** The ids of the models that rank only if a request names them. */
  public List<String> otherModelIds() {
    return models.others().stream().map(Model::id).toList();
  }

  /**
   * A text that identifies everything that decides a ranking, except for the request. Within one
   * version of the product, equal texts mean equal rankings. Other versions may format it
   * differently.
   */
  public String identity() {
    StringBuilder identity = new StringBuilder(defaults);
    for (Model model : models.all()) {
      Manifest manifest = model.manifest();
      identity.append('\n').append(manifest.id()).append(' ').append(manifest.revision());
      new TreeMap<>(manifest.files()).forEach((_, spec) -> identity.append(' ').append(spec));
      identity.append(' ').append(manifest.pair()).append(' ').append(manifest.maxTokens());
      identity.append(' ').append(manifest.head()).append(' ').append(manifest.calibration());
      identity.append(' ').append(model.fusionWeights());
    }
    return identity.toString();
  }

  public Reranker reranker() {
    return reranker;
  }

  /** Empties the cache of logits. */
  public void forgetScores() {
    cache.clear();
  }

  /** Forgets the pace of this machine. */
  public void forgetPace() {
    models.all().forEach(Model::forgetPace);
  }

  @Override
  public void close() {
    opened.close();
  }
}
