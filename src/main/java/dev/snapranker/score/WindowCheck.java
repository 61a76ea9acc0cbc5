package dev.snapranker.score;

import dev.snapranker.api.LongText;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.PairEncoder;

/** Proves that the graph takes as many tokens as the manifest promises. */
public final class WindowCheck {
  private WindowCheck() {}

  /** Refuses a bundle whose model fails on a pair that fills the window. */
  public static void verify(Manifest manifest, PairEncoder encoder, Scorer scorer) {
    GoldenPair golden = manifest.golden().getFirst();
    EncodedQuery query = encoder.query(golden.query());
    int tokens = encoder.document(query, golden.document(), LongText.KEEP_START).totalTokens();
    String filling =
        (golden.document() + " ").repeat(Math.ceilDiv(manifest.maxTokens(), Math.max(1, tokens)));
    EncodedPair pair = encoder.document(query, filling, LongText.KEEP_START).pairs().getFirst();
    try {
      scorer.logit(pair);
    } catch (IllegalStateException e) {
      throw new InvalidBundleException(
          "the model fails on %d tokens; %s says max_tokens %d"
              .formatted(pair.tokens(), Manifest.FILE, manifest.maxTokens()),
          e);
    }
  }
}
