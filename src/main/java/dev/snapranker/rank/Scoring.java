package dev.snapranker.rank;

import org.jspecify.annotations.Nullable;

/** What became of the documents that came to a stage, in their order. */
final class Scoring {
  private final @Nullable ScoredDocument[] documents; // [documents]
  private final long tokenizeNanos;
  private final long scoreNanos;

  /**
   * @param documents null for one that was not scored
   * @param tokenizeNanos wall time of encoding
   * @param scoreNanos wall time of the model
   */
  Scoring(@Nullable ScoredDocument[] documents, long tokenizeNanos, long scoreNanos) {
    this.documents = documents;
    this.tokenizeNanos = tokenizeNanos;
    this.scoreNanos = scoreNanos;
  }

  /** Null if it was not scored. */
  @Nullable ScoredDocument document(int i) {
    return documents[i];
  }

  /** Tokens that went through the model, special tokens included. */
  long tokens() {
    long sum = 0;
    for (ScoredDocument document : documents) {
      sum += document == null ? 0 : document.tokens();
    }
    return sum;
  }

  /** Passages that were scored. */
  int passages() {
    int sum = 0;
    for (ScoredDocument document : documents) {
      sum += document == null ? 0 : document.passages();
    }
    return sum;
  }

  /** How many of them were known. */
  int cached() {
    int sum = 0;
    for (ScoredDocument document : documents) {
      sum += document == null ? 0 : document.cached();
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
