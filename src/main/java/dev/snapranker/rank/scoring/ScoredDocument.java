package dev.snapranker.rank;

import dev.snapranker.api.LongText.Aggregate;
import dev.snapranker.api.ScoredText;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.Passage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A document as a model scored it.
 *
 * @param logit the document's
 * @param best its best passage
 * @param bestLogit that passage's own
 */
record ScoredDocument(EncodedDocument document, float logit, Passage best, float bestLogit) {

  /**
   * The document, by what the model said of its passages.
   *
   * @param passages as the document has them, none null
   */
  static ScoredDocument of(
      EncodedDocument document, @Nullable PairScore[] passages, Aggregate aggregate) {
    float[] logits = new float[passages.length];
    for (int i = 0; i < passages.length; i++) {
      logits[i] = Objects.requireNonNull(passages[i]).logit();
    }
    int best = Aggregate.best(logits);
    return new ScoredDocument(
        document, aggregate.logit(logits), document.passages().get(best), logits[best]);
  }

  ScoredText text() {
    return new ScoredText(
        document.keptTokens(), document.totalTokens(), document.start(best), document.end(best));
  }
}
