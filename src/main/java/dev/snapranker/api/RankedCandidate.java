package dev.snapranker.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One candidate of a ranking.
 *
 * @param id the candidate's id
 * @param index the candidate's position in the request, from 0
 * @param rank the position in the ranking, from 1
 * @param scores null if time ran out before it was scored
 * @param truncated whether a part of the document's text was not scored
 * @param text which part of the text the model read; null if no model read it
 * @param sentences the sentences that raise the logit most, best first; empty unless the caller
 *     asked for an explanation
 */
public record RankedCandidate(
    String id,
    int index,
    int rank,
    @Nullable Scores scores,
    boolean truncated,
    @Nullable TextCoverage text,
    List<SentenceEffect> sentences) {
  public RankedCandidate {
    sentences = List.copyOf(sentences);
  }

  /** Whether a model scored this candidate. */
  public boolean scored() {
    return scores != null && scores.byModel();
  }

  /** The score. Only a plan that allows partial rankings can give a candidate without one. */
  public double score() {
    if (scores == null) {
      throw new IllegalStateException("'" + id + "' was not scored");
    }
    return scores.score();
  }

  /** The same candidate with the sentences that raise its logit. */
  public RankedCandidate explained(List<SentenceEffect> by) {
    return new RankedCandidate(id, index, rank, scores, truncated, text, by);
  }
}
