package dev.snapranker.rank.order;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Fusion;
import java.util.List;
import java.util.Objects;

/** The first stage's order and scores of a request's candidates. */
public final class FirstStage {
  private final List<Candidate> candidates;
  private final List<CascadeCandidate> order;
  private final int[] ranks; // [candidates], from 1

  public FirstStage(List<Candidate> candidates) {
    this.candidates = candidates;
    this.order = Ordering.byFirstStage(candidates);
    this.ranks = new int[candidates.size()];
    for (int i = 0; i < order.size(); i++) {
      ranks[order.get(i).index()] = i + 1;
    }
  }

  /** The candidates, best first. */
  public List<CascadeCandidate> order() {
    return order;
  }

  /** The position of the first candidate without a score; -1 if each has one. */
  public int missing() {
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.get(i).firstStageScore() == null) {
        return i;
      }
    }
    return -1;
  }

  /** The place in the first stage's list, from 1. */
  int rank(int index) {
    return ranks[index];
  }

  /** The scores: [candidates]. Each candidate must have one. */
  double[] scores(Fusion.Normalization normalization) {
    double[] scores =
        candidates.stream()
            .mapToDouble(candidate -> Objects.requireNonNull(candidate.firstStageScore()))
            .toArray();
    return Normalized.of(scores, normalization);
  }
}
