package dev.snapranker.score;

import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.PairEncoder;

/** Checks that the graph can read as many tokens as the manifest's window has. */
public final class WindowCheck {
  /** Most models can read this many tokens, and it takes little time. */
  private static final int FIRST_TOKENS = 512;

  private WindowCheck() {}

  /**
   * Refuses a bundle whose model fails on a pair that fills the window. Memory grows with the
   * square of the length, so shorter pairs come first: a window far too large then fails early. A
   * decoder need not read a whole window to show that it knows the last positions.
   */
  public static void verify(Manifest manifest, PairEncoder encoder, Scorer scorer) {
    if (scorer instanceof Decoder decoder) {
      GoldenPair golden = manifest.golden().getFirst();
      EncodedPair pair = encoder.pair(golden.query(), golden.document());
      verify(manifest, manifest.maxTokens(), () -> decoder.logitAtEndOfWindow(pair));
      return;
    }
    for (int tokens = FIRST_TOKENS; tokens < manifest.maxTokens(); tokens *= 2) {
      verify(manifest, pairOfLength(manifest, encoder, tokens), scorer);
    }
    verify(manifest, pairOfLength(manifest, encoder, manifest.maxTokens()), scorer);
  }

  private static void verify(Manifest manifest, EncodedPair pair, Scorer scorer) {
    verify(manifest, pair.tokens(), () -> scorer.logit(pair));
  }

  private static void verify(Manifest manifest, int tokens, Runnable run) {
    try {
      run.run();
    } catch (IllegalStateException e) {
      throw new InvalidBundleException(
          "the model fails on %d tokens, but %s has max_tokens %d; expected a window that the model can read"
              .formatted(tokens, Manifest.FILE, manifest.maxTokens()),
          e);
    }
  }

  /** The first golden pair, with its document's tokens repeated or cut to this length. */
  private static EncodedPair pairOfLength(Manifest manifest, PairEncoder encoder, int tokens) {
    GoldenPair golden = manifest.golden().getFirst();
    EncodedPair pair = encoder.pair(golden.query(), golden.document());
    int after = manifest.pair().after().size();
    int start = pair.documentStart();
    int end = pair.tokens() - after;
    int first =
        Math.max(0, Math.min(start, end - 1)); // the token before the document if it is empty
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
    return new EncodedPair(inputIds, segmentIds, pair.documentStart());
  }
}
