package dev.snapranker.score;

import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Manifest.GoldenPair;
import dev.snapranker.model.TokenizerIds;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.PairEncoder;

/**
 * Checks that the graph knows all tokens of the tokenizer, because a caller's text may contain any
 * of them.
 */
public final class VocabularyCheck {
  private VocabularyCheck() {}

  /** Refuses a bundle whose model fails on the tokenizer's largest id. */
  public static void verify(
      Manifest manifest, TokenizerIds ids, PairEncoder encoder, Scorer scorer) {
    long largest = ids.largest();
    for (long added : encoder.tokenize(ids.addedText()).ids()) {
      largest = Math.max(largest, added);
    }
    GoldenPair golden = manifest.golden().getFirst();
    EncodedPair pair = encoder.pair(golden.query(), golden.document());
    long[] inputIds = pair.inputIds().clone();
    inputIds[Math.min(pair.documentStart(), inputIds.length - 1)] = largest;
    try {
      scorer.logit(new EncodedPair(inputIds, pair.segmentIds(), pair.documentStart()));
    } catch (IllegalStateException e) {
      throw new InvalidBundleException(
          "%s has token %d, but the model fails on it; expected a model that knows all tokens: %s"
              .formatted(Manifest.TOKENIZER, largest, problem(e)),
          e);
    }
  }

  private static String problem(IllegalStateException e) {
    Throwable cause = e.getCause();
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
  }
}
