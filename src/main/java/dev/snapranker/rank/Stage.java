package dev.snapranker.rank;

import dev.snapranker.rank.order.CascadeCandidate;
import dev.snapranker.rank.order.Cutoff;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.Shortlist;
import java.util.List;

/**
 * One stage of a request's cascade.
 *
 * @param position the stage's position, from 0
 * @param cutoff selects the candidates that this stage scores
 */
record Stage(int position, Model model, Cutoff cutoff) {

  /**
   * The candidates that this stage scores.
   *
   * @param candidates the candidates in the order of the stages before, best first
   */
  Shortlist shortlist(List<CascadeCandidate> candidates) {
    List<CascadeCandidate> scored =
        candidates.stream().filter(candidate -> candidate.stagesDone() == position).toList();
    return cutoff.apply(scored);
  }
}
