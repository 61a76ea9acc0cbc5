package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * One candidate in its place.
 *
 * @param id the candidate's id
 * @param index the candidate's position in the request, from 0
 * @param rank the place in the ranking, from 1
 * @param scores null if time ran out before it was scored
 * @param truncated whether the document's end did not fit into the model's window
 */
public record Ranked(String id, int index, int rank, @Nullable Scores scores, boolean truncated) {

  public boolean scored() {
    return scores != null;
  }

  /** Of a result that was scored, as each is unless the plan allows for a partial ranking. */
  public double score() {
    if (scores == null) {
      throw new IllegalStateException("'" + id + "' was not scored");
    }
    return scores.score();
  }
}
