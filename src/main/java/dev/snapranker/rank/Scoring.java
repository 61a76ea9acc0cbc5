package dev.snapranker.rank;

import dev.snapranker.text.EncodedDocument;
import org.jspecify.annotations.Nullable;

/** What became of the documents that came to a stage, in their order. */
final class Scoring {
  private final @Nullable EncodedDocument[] documents; // [documents]
  private final float[] logits; // [documents]
  private final long tokenizeNanos;
  private final long scoreNanos;

  /**
   * @param documents as they were scored; null for one that was not
   * @param logits without meaning for one that was not scored
   * @param tokenizeNanos wall time of encoding
   * @param scoreNanos wall time of the model
   */
  Scoring(
      @Nullable EncodedDocument[] documents, float[] logits, long tokenizeNanos, long scoreNanos) {
    this.documents = documents;
    this.logits = logits;
    this.tokenizeNanos = tokenizeNanos;
    this.scoreNanos = scoreNanos;
  }

  /** As it was scored; null if it was not. */
  @Nullable EncodedDocument document(int i) {
    return documents[i];
  }

  float logit(int i) {
    return logits[i];
  }

  /** Tokens that went through the model, special tokens included. */
  long tokens() {
    long sum = 0;
    for (EncodedDocument document : documents) {
      sum += document == null ? 0 : document.tokens();
    }
    return sum;
  }

  long tokenizeNanos() {
    return tokenizeNanos;
  }

  long scoreNanos() {
    return scoreNanos;
  }
}
