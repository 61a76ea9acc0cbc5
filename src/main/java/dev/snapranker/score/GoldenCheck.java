package dev.snapranker.score;

import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.text.PairEncoder;

/** Checks that tokenizer, graph and head together give the golden logits of the manifest. */
public final class GoldenCheck {
  private GoldenCheck() {}

  /** Refuses a bundle with wrong logits; the message has the pair and both logits. */
  public static void verify(Manifest manifest, PairEncoder encoder, Scorer scorer) {
    for (int i = 0; i < manifest.golden().size(); i++) {
      GoldenPair pair = manifest.golden().get(i);
      float actual = logit(encoder, scorer, pair, i);
      if (!(Math.abs(actual - pair.logit()) <= pair.tolerance())) {
        throw new InvalidBundleException(
            "%s: golden[%d] (query \"%s\") has logit %s; expected %s ± %s"
                .formatted(Manifest.FILE, i, pair.query(), actual, pair.logit(), pair.tolerance()));
      }
    }
  }

  private static float logit(PairEncoder encoder, Scorer scorer, GoldenPair pair, int i) {
    try {
      return scorer.logit(encoder.pair(pair.query(), pair.document()));
    } catch (IllegalStateException e) {
      throw new InvalidBundleException(
          "the model fails on golden[%d] of %s: %s"
              .formatted(
                  i,
                  Manifest.FILE,
                  e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
          e);
    }
  }
}
