package dev.snapranker.rank;

import dev.snapranker.api.LongText.Aggregate;
import dev.snapranker.api.ScoredText;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.Passage;

/**
 * A document as a model scored it.
 *
 * @param logit the document's
 * @param best its best passage
 * @param bestLogit that passage's own
 * @param tokens how many went through the model, special tokens included
 * @param cached passages whose logits were known
 */
record ScoredDocument(
    EncodedDocument document, float logit, Passage best, float bestLogit, long tokens, int cached) {

  /**
   * The document, by what the model said of its passages.
   *
   * @param passages as the document has them
   */
  static ScoredDocument of(EncodedDocument document, PairScore[] passages, Aggregate aggregate) {
    float[] logits = new float[passages.length];
    long tokens = 0;
    int cached = 0;
    for (int i = 0; i < passages.length; i++) {
      logits[i] = passages[i].logit();
      if (passages[i].cached()) {
        cached++;
      } else {
        tokens += document.passages().get(i).pair().tokens();
      }
    }
    int best = Aggregate.best(logits);
    return new ScoredDocument(
        document,
        aggregate.logit(logits),
        document.passages().get(best),
        logits[best],
        tokens,
        cached);
  }

  int passages() {
    return document.passages().size();
  }

  ScoredText text() {
    return new ScoredText(
        document.keptTokens(), document.totalTokens(), document.start(best), document.end(best));
  }
}
