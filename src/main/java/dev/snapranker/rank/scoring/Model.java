package dev.snapranker.rank.scoring;

import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.UnknownCharacters;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A loaded model, and how fast it is on this machine. */
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

  /**
   * @param unknownCharacters counts what the model does not know of a text
   * @param fusionWeights in place of the manifest's; null for those
   * @param cache logits of pairs scored before, also by other models
   * @param clock in nanoseconds, by which the pace is measured
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

  /** For learned fusion; null if there are none for this model. */
  public @Nullable FusionWeights fusionWeights() {
    return fusionWeights;
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
   * @param work counts it
   */
  public float logit(EncodedPair pair, Work work) {
    ScoreCache.@Nullable Key key = cache.isOff() ? null : cache.keyOf(cachedAs, pair);
    Float known = key == null ? null : cache.get(key);
    float logit = known == null ? logit(pair) : known;
    if (key != null && known == null) {
      cache.put(key, logit);
    }
    work.add(known != null, pair.tokens());
    return logit;
  }

  private float logit(EncodedPair pair) {
    long started = clock.getAsLong();
    float logit = scorer.logit(pair);
    pace.observe(pair.tokens(), clock.getAsLong() - started);
    return logit;
  }

  /** Forgets how fast this machine is: a snapshot is restored on another one. */
  public void forgetPace() {
    pace.reset();
  }

  /** How long one core takes for these tokens, by the pace so far; 0 while no pace is known. */
  public long estimateNanos(long tokens) {
    return pace.estimateNanos(tokens);
  }

  /** Time per token that went through the model, on one core. */
  Pace pace() {
    return pace;
  }

  /** Models with the same one read the same token ids. */
  String vocabulary() {
    return manifest.tokenizerSha256();
  }
}
