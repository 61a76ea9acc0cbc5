package dev.snapranker.rank;

import dev.snapranker.model.Manifest;
import dev.snapranker.score.Scorer;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.PairEncoder;

/** A loaded model, and how fast it is here. */
public final class Model {
  private final Manifest manifest;
  private final PairEncoder encoder;
  private final Scorer scorer;
  private final Pace pace = new Pace();

  public Model(Manifest manifest, PairEncoder encoder, Scorer scorer) {
    this.manifest = manifest;
    this.encoder = encoder;
    this.scorer = scorer;
  }

  public String id() {
    return manifest.id();
  }

  public Manifest manifest() {
    return manifest;
  }

  PairEncoder encoder() {
    return encoder;
  }

  /** A pair's logit. */
  float logit(EncodedPair pair) {
    long started = System.nanoTime();
    float logit = scorer.logit(pair);
    pace.observe(pair.tokens(), System.nanoTime() - started);
    return logit;
  }

  /** Forgets how fast this machine is: a snapshot is restored on another one. */
  public void forgetPace() {
    pace.reset();
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
