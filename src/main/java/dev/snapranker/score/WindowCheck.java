package dev.snapranker.score;

import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.PairEncoder;

/** Proves that the graph takes as many tokens as the manifest promises. */
public final class WindowCheck {
  /** What most models take, and little work for any. */
  private static final int FIRST_TOKENS = 512;

  private WindowCheck() {}

  /**
   * Refuses a bundle whose model fails on a pair that fills the window. Memory grows with the
   * square of the length, so a window far beyond the model's must fail at a shorter one.
   */
  public static void verify(Manifest manifest, PairEncoder encoder, Scorer scorer) {
    for (int tokens = FIRST_TOKENS; tokens < manifest.maxTokens(); tokens *= 2) {
      verify(manifest, filling(manifest, encoder, tokens), scorer);
    }
    verify(manifest, filling(manifest, encoder, manifest.maxTokens()), scorer);
  }

  private static void verify(Manifest manifest, EncodedPair pair, Scorer scorer) {
    try {
      scorer.logit(pair);
    } catch (IllegalStateException e) {
      throw new InvalidBundleException(
          "the model fails on %d tokens; %s says max_tokens %d"
              .formatted(pair.tokens(), Manifest.FILE, manifest.maxTokens()),
          e);
    }
  }

  /** The first golden pair, with its document's tokens over and over, or the first of them. */
  private static EncodedPair filling(Manifest manifest, PairEncoder encoder, int tokens) {
    GoldenPair golden = manifest.golden().getFirst();
    EncodedQuery query = encoder.query(golden.query());
    EncodedPair pair = encoder.pair(golden.query(), golden.document());
    int after = manifest.pair().after().size();
    int start = manifest.maxTokens() - encoder.room(query) - after; // of the document
    int end = pair.tokens() - after;
    int first = Math.max(0, Math.min(start, end - 1)); // what is before it, if it has no tokens
    long[] inputIds = new long[tokens];
    long[] segmentIds = new long[tokens];
    for (int i = 0; i < inputIds.length; i++) {
      int from = i < first ? i : first + (i - first) % (end - first);
      if (i >= inputIds.length - after) {
        from = pair.tokens() - (inputIds.length - i);
      }
      inputIds[i] = pair.inputIds()[from];
      segmentIds[i] = pair.segmentIds()[from];
    }
    return new EncodedPair(inputIds, segmentIds);
  }
}
