package dev.snapranker.rank.scoring;

import dev.snapranker.api.LongText.Aggregate;
import dev.snapranker.api.TextCoverage;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.Passage;
import dev.snapranker.text.SentenceRemoval;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A document that a model has scored.
 *
 * @param input the request's texts as the model reads them
 * @param document the encoded document
 * @param logit the document's logit, computed from its passages' logits
 * @param best the passage with the highest logit
 * @param bestLogit the logit of this passage
 */
public record ScoredDocument(
    ModelInput input, EncodedDocument document, float logit, Passage best, float bestLogit) {

  /**
   * Makes a scored document.
   *
   * @param passages the logit of each passage; none is null
   */
  static ScoredDocument of(ModelInput input, EncodedDocument document, @Nullable Float[] passages) {
    float[] logits = new float[passages.length];
    for (int i = 0; i < passages.length; i++) {
      logits[i] = Objects.requireNonNull(passages[i]);
    }
    int best = Aggregate.best(logits);
    return new ScoredDocument(
        input,
        document,
        input.aggregate().logit(logits),
        document.passages().get(best),
        logits[best]);
  }

  public Model model() {
    return input.model();
  }

  /** Whether the model read only a part of the document. */
  public boolean truncated() {
    return document.truncated();
  }

  /** Which part of the document's text the model read. */
  public TextCoverage text() {
    return new TextCoverage(
        document.keptTokens(), document.totalTokens(), document.start(best), document.end(best));
  }

  /** Whether the model does not know most of the characters that it read. */
  public boolean isMostlyUnknown() {
    List<Passage> passages = document.passages();
    return model()
        .unknownCharacters()
        .count(document.document(), passages.getFirst().first(), passages.getLast().end())
        .isMostlyUnknown();
  }

  /** Encodes the best passage without each of its sentences in turn, up to {@code most} times. */
  public List<SentenceRemoval> sentenceRemovals(int most) {
    return model().encoder().sentenceRemovals(input.query(), document, best, most);
  }
}
