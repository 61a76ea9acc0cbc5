package dev.snapranker.rank.scoring;

import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.UnknownCharacters;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A loaded model, with its pace on this machine. */
public final class Model {
  private final Manifest manifest;
  private final PairEncoder encoder;
  private final Scorer scorer;
  private final UnknownCharacters unknownCharacters;
  private final @Nullable FusionWeights fusionWeights;
  private final ScoreCache cache;
  private final String cachedAs;
  private final LongSupplier clock;
  private final Pace pace = new Pace();
  private @Nullable String fingerprint;

  /**
   * @param unknownCharacters counts the characters of a text that the model does not know
   * @param fusionWeights weights in place of the manifest's; null to use the manifest's
   * @param cache the cache of logits, which all models share
   * @param clock the clock in nanoseconds that measures the pace
   */
  public Model(
      Manifest manifest,
      PairEncoder encoder,
      Scorer scorer,
      UnknownCharacters unknownCharacters,
      @Nullable FusionWeights fusionWeights,
      ScoreCache cache,
      LongSupplier clock) {
    this.fusionWeights = fusionWeights == null ? manifest.fusion() : fusionWeights;
    this.manifest = manifest;
    this.encoder = encoder;
    this.scorer = scorer;
    this.unknownCharacters = unknownCharacters;
    this.cache = cache;
    this.clock = clock;
    this.cachedAs = manifest.id() + " " + manifest.revision();
  }

  public String id() {
    return manifest.id();
  }

  public Manifest manifest() {
    return manifest;
  }

  /** The weights for learned fusion; null if this model has none. */
  public @Nullable FusionWeights fusionWeights() {
    return fusionWeights;
  }

  /** Equal in two environments only if both compute the same bits for the same tokens. */
  public synchronized String fingerprint() {
    if (fingerprint == null) {
      fingerprint = Fingerprint.of(manifest, goldenPairs().stream().map(scorer::logit).toList());
    }
    return fingerprint;
  }

  /** The encoded golden pairs of the bundle. */
  public List<EncodedPair> goldenPairs() {
    return manifest.golden().stream()
        .map(golden -> encoder.pair(golden.query(), golden.document()))
        .toList();
  }

  UnknownCharacters unknownCharacters() {
    return unknownCharacters;
  }

  PairEncoder encoder() {
    return encoder;
  }

  /**
   * The logit of a query and one passage.
   *
   * @param work counts the passage
   */
  public float logit(EncodedPair pair, Work work) {
    ScoreCache.@Nullable Key key = cache.isOff() ? null : cache.keyOf(cachedAs, pair);
    Float known = key == null ? null : cache.get(key);
    float logit = known == null ? compute(pair) : known;
    if (key != null && known == null) {
      cache.put(key, logit);
    }
    work.add(known != null, pair.tokens());
    return logit;
  }

  /** The logit that the cache has for a pair; null if it has none. */
  @Nullable Float recall(EncodedPair pair) {
    return cache.isOff() ? null : cache.get(cache.keyOf(cachedAs, pair));
  }

  /** Puts a logit of the same model, which another environment computed, into the cache. */
  void remember(EncodedPair pair, float logit) {
    if (!cache.isOff()) {
      cache.put(cache.keyOf(cachedAs, pair), logit);
    }
  }

  /** The logit of a query and one passage, without the cache. */
  float compute(EncodedPair pair) {
    long started = clock.getAsLong();
    float logit = scorer.logit(pair);
    pace.observe(pair.tokens(), clock.getAsLong() - started);
    return logit;
  }

  /** Forgets the pace, because a snapshot may be restored on another machine. */
  public void forgetPace() {
    pace.reset();
  }

  /** The estimated time of one core for these tokens; 0 while the pace is unknown. */
  public long estimateNanos(long tokens) {
    return pace.estimateNanos(tokens);
  }

  /** The time per token on one core. */
  Pace pace() {
    return pace;
  }

  /** The vocabulary's key. Models with equal keys read the same token ids. */
  String vocabulary() {
    return manifest.tokenizerSha256();
  }
}
