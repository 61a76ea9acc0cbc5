package dev.snapranker.rank;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the documents that came to a stage.
 *
 * @param scored the first of them, in their order
 * @param passages that have a logit, also of documents that are not among the scored ones
 * @param cached how many of these logits were known
 * @param tokens that went through the model for the others, special tokens included
 * @param tokenizeNanos wall time of encoding
 * @param scoreNanos wall time of the model
 */
record Scoring(
    List<ScoredDocument> scored,
    int passages,
    int cached,
    long tokens,
    long tokenizeNanos,
    long scoreNanos) {

  /** The i-th of those that came; null if it was not scored. */
  @Nullable ScoredDocument document(int i) {
    return i < scored.size() ? scored.get(i) : null;
  }
}
