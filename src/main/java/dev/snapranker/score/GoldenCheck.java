package dev.snapranker.score;

import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.text.PairEncoder;

/** Proves that tokenizer, graph and head together give the logits that the manifest promises. */
public final class GoldenCheck {
  private GoldenCheck() {}

  /** Refuses a bundle whose scores are off, with the pair and both numbers. */
  public static void verify(Manifest manifest, PairEncoder encoder, Scorer scorer) {
    for (int i = 0; i < manifest.golden().size(); i++) {
      GoldenPair pair = manifest.golden().get(i);
      float actual = scorer.logit(encoder.pair(encoder.query(pair.query()), pair.document()));
      if (!(Math.abs(actual - pair.logit()) <= pair.tolerance())) {
        throw new InvalidBundleException(
            "%s: golden[%d] (query \"%s\") has logit %s; expected %s ± %s"
                .formatted(Manifest.FILE, i, pair.query(), actual, pair.logit(), pair.tolerance()));
      }
    }
  }
}
