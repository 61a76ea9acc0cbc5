package dev.snapranker.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One candidate in its place.
 *
 * @param id the candidate's id
 * @param index the candidate's position in the request, from 0
 * @param rank the place in the ranking, from 1
 * @param scores null if time ran out before it was scored
 * @param truncated whether a part of the document's text was not scored
 * @param text what the model read; null if no model did
 * @param sentences those that raise the logit most, best first; empty unless explained
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

  /** Whether a model scored it. */
  public boolean scored() {
    return scores != null && scores.byModel();
  }

  /**
   * Of a result that time did not run out for, as each is unless the plan allows for a partial
   * ranking.
   */
  public double score() {
    if (scores == null) {
      throw new IllegalStateException("'" + id + "' was not scored");
    }
    return scores.score();
  }

  /** The same, with the sentences that raise its logit. */
  public RankedCandidate explained(List<SentenceEffect> by) {
    return new RankedCandidate(id, index, rank, scores, truncated, text, by);
  }
}
