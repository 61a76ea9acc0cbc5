package dev.snapranker.rank.scoring;

import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;
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
      List<Float> goldenLogits =
          manifest.golden().stream()
              .map(golden -> scorer.logit(encoder.pair(golden.query(), golden.document())))
              .toList();
      fingerprint = Fingerprint.of(manifest, goldenLogits);
    }
    return fingerprint;
  }

  /** The bundle's first golden query with the documents of all golden pairs. */
  public List<EncodedPair> pairsOfOneQuery() {
    String query = manifest.golden().getFirst().query();
    return manifest.golden().stream()
        .map(golden -> encoder.pair(query, golden.document()))
        .toList();
  }

  UnknownCharacters unknownCharacters() {
    return unknownCharacters;
  }

  PairEncoder encoder() {
    return encoder;
  }

  /**
   * Opens a query, to score pairs of it. The caller closes it.
   *
   * @param budget the time that the call may wait for other queries
   */
  public OpenQuery open(EncodedQuery query, Budget budget) {
    return new OpenQuery(scorer.open(query, budget.deadline()), cache, cachedAs, pace, clock);
  }

  /** Whether a request can tell the model what makes a document relevant. */
  public boolean takesInstruction() {
    return manifest.pair().takesInstruction();
  }

  /** Opens the query of a pair, to score other pairs of it. The caller closes it. */
  OpenQuery open(EncodedPair pair, Budget budget) {
    return open(encoder.queryOf(pair), budget);
  }

  /** Forgets the pace, because a snapshot may be restored on another machine. */
  public void forgetPace() {
    pace.reset();
  }

  /** What decides about a text's tokens. Models with equal keys read the same token ids. */
  String vocabulary() {
    return manifest.tokenizerSha256() + " " + manifest.pair().texts();
  }
}
