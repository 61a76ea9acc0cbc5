package dev.snapranker.rank;

import dev.snapranker.rank.order.CascadeCandidate;
import dev.snapranker.rank.order.Cutoff;
import dev.snapranker.rank.scoring.Model;
import java.util.List;

/**
 * One model's turn.
 *
 * @param position from 0
 * @param cutoff selects the candidates of the stage before that this one scores
 */
record Stage(int position, Model model, Cutoff cutoff) {

  /**
   * The candidates that this stage scores, by their positions in the request.
   *
   * @param candidates best first, by the stages before
   */
  List<Integer> input(List<CascadeCandidate> candidates) {
    List<CascadeCandidate> scored =
        candidates.stream().filter(candidate -> candidate.stagesDone() == position).toList();
    return cutoff.apply(scored).stream().map(CascadeCandidate::index).toList();
  }
}
