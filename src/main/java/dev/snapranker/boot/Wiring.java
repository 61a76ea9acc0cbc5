package dev.snapranker.boot;

import dev.snapranker.api.StageChoice;
import dev.snapranker.fanout.OtherEnvironments;
import dev.snapranker.fanout.SliceHandler;
import dev.snapranker.fanout.Target;
import dev.snapranker.model.FusionFile;
import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.model.Opened;
import dev.snapranker.observe.Startup;
import dev.snapranker.rank.Models;
import dev.snapranker.rank.Reranker;
import dev.snapranker.rank.scoring.FanOut;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.Slicing;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Assembles the parts, and closes tokenizers, sessions and threads. */
public final class Wiring implements AutoCloseable {
  private static final long BYTES_PER_MEGABYTE = 1 << 20;

  private final Map<String, Tokenizer> tokenizers = new LinkedHashMap<>(); // by SHA-256
  private final Opened opened = new Opened();
  private final ScoreCache cache;
  private final Models models;
  private final Reranker reranker;
  private final @Nullable OtherEnvironments otherEnvironments; // null without fan-out
  private final @Nullable SliceHandler sliceHandler; // null without fan-out
  private final String defaults;

  private Wiring(
      Settings settings, List<ModelBundle> bundles, Startup startup, @Nullable Target target) {
    this.cache = new ScoreCache(settings.scoreCacheMegabytes() * BYTES_PER_MEGABYTE);
    List<LoadedModel> loaded = new ArrayList<>();
    try {
      @Nullable FusionFile fusion = fusion(settings, bundles);
      for (ModelBundle bundle : bundles) {
        startup.addModelBytes(bundle.manifest().modelBytes());
        Tokenizer tokenizer = startup.time("tokenizer", () -> tokenizer(bundle));
        loaded.add(
            opened.add(LoadedModel.of(bundle, tokenizer, weights(fusion, bundle), cache, startup)));
      }
      this.models =
          new Models(
              loaded.stream().map(LoadedModel::model).toList(),
              settings.stages(),
              settings.fusion());
      this.otherEnvironments = target == null ? null : opened.add(new OtherEnvironments(target));
      // Opened last, so that it is closed first: its threads use everything else.
      ScoringPool pool = opened.add(new ScoringPool(settings.scoringThreads()));
      this.sliceHandler = target == null ? null : new SliceHandler(models, pool);
      this.reranker =
          new Reranker(models, pool, settings.textPolicy(), fanOut(settings, otherEnvironments));
    } catch (Throwable e) {
      opened.closeAfter(e);
      throw e;
    }
    this.defaults = settings.stages() + " " + settings.fusion() + " " + settings.textPolicy();
  }

  /**
   * Loads and checks the models; throws an exception that says what is wrong with one. Everything
   * is scored here.
   *
   * @param startup measures how long each part takes
   */
  public static Wiring of(Settings settings, Startup startup) {
    return of(settings, startup, null);
  }

  /** The same for a function whose other environments help with large requests, if it may. */
  public static Wiring withFanOut(Settings settings, Startup startup) {
    return of(settings, startup, settings.fanOutCandidates() == 0 ? null : target(settings));
  }

  private static Wiring of(Settings settings, Startup startup, @Nullable Target target) {
    Natives natives = Natives.configure(settings.nativeDir());
    startup.time("tokenizer", () -> natives.load(Tokenizer::loadLibrary));
    startup.time("onnxruntime", () -> natives.load(CrossEncoder::loadRuntime));
    if (settings.modelUris().isEmpty()) {
      return new Wiring(
          settings, startup.time(Startup.MODEL_FILES, () -> open(settings)), startup, target);
    }
    Opened opened = new Opened();
    try (ObjectStore store = new S3ObjectStore()) { // closed before a snapshot is taken
      return opened.add(
          new Wiring(
              settings,
              startup.time(Startup.MODEL_FILES, () -> open(settings, store)),
              startup,
              target));
    } catch (Throwable e) { // also if closing the store fails
      opened.closeAfter(e);
      throw e;
    }
  }

  private static Target target(Settings settings) {
    Platform platform = settings.platform();
    if (platform.functionName() == null) {
      throw new IllegalArgumentException(
          "FAN_OUT_CANDIDATES is %d, but this is no Lambda function that could be invoked; expected 0, or ./snapranker serve --fan-out"
              .formatted(settings.fanOutCandidates()));
    }
    return new Target(platform.functionName(), settings.fanOutAlias(), platform.invokeEndpoint());
  }

  private static FanOut fanOut(Settings settings, @Nullable OtherEnvironments elsewhere) {
    return elsewhere == null
        ? FanOut.NONE
        : new FanOut(
            new Slicing(
                settings.fanOutCandidates(),
                settings.fanOutSlices(),
                OtherEnvironments.mostWork(settings.limits().maxPayloadBytes())),
            elsewhere);
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
    String loaded =
        bundles.stream()
            .map(ModelBundle::manifest)
            .map(manifest -> "'%s' of revision '%s'".formatted(manifest.id(), manifest.revision()))
            .collect(Collectors.joining(" or "));
    throw new IllegalArgumentException(
        "%s is for model '%s' of revision '%s', which is not loaded; expected weights for %s (./snapranker fit-fusion writes them)"
            .formatted(settings.fusionFile(), file.model(), file.revision(), loaded));
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

  /** What answers slices of other environments; null if this function does not fan out. */
  public @Nullable SliceHandler sliceHandler() {
    return sliceHandler;
  }

  /** Rehearses the sending of a slice of each model, and returns the events. */
  public List<byte[]> rehearseFanOut() {
    return otherEnvironments == null
        ? List.of()
        : models.all().stream().map(otherEnvironments::rehearse).toList();
  }

  /** From now on, slices are sent to other environments. */
  public void openFanOut() {
    if (otherEnvironments != null) {
      otherEnvironments.open();
    }
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
