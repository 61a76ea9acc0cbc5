package dev.snapranker.rank.scoring;

import dev.snapranker.api.LongText.Aggregate;
import dev.snapranker.api.TextCoverage;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.Passage;
import dev.snapranker.text.SentenceRemoval;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A document as a model scored it.
 *
 * @param query as the model read it
 * @param document as the model read it
 * @param logit the document's, made of its passages' logits
 * @param best its best passage
 * @param bestLogit the best passage's
 */
public record ScoredDocument(
    Model model,
    EncodedQuery query,
    EncodedDocument document,
    float logit,
    Passage best,
    float bestLogit) {

  /**
   * The document, by the logits of its passages.
   *
   * @param passages a logit for each, none null
   */
  static ScoredDocument of(
      ModelInput reading, EncodedDocument document, @Nullable Float[] passages) {
    float[] logits = new float[passages.length];
    for (int i = 0; i < passages.length; i++) {
      logits[i] = Objects.requireNonNull(passages[i]);
    }
    int best = Aggregate.best(logits);
    return new ScoredDocument(
        reading.model(),
        reading.query(),
        document,
        reading.aggregate().logit(logits),
        document.passages().get(best),
        logits[best]);
  }

  /** Whether the model read only a part of it. */
  public boolean truncated() {
    return document.truncated();
  }

  /** What the model read of its text. */
  public TextCoverage text() {
    return new TextCoverage(
        document.keptTokens(), document.totalTokens(), document.start(best), document.end(best));
  }

  /** Whether the model does not know most of the characters that it read. */
  public boolean isMostlyUnknown() {
    List<Passage> passages = document.passages();
    return model
        .unknownCharacters()
        .in(document.document(), passages.getFirst().first(), passages.getLast().end())
        .isMost();
  }

  /** The best passage without each of its sentences; up to {@code most}. */
  public List<SentenceRemoval> sentenceRemovals(int most) {
    return model.encoder().sentenceRemovals(query, document, best, most);
  }
}
