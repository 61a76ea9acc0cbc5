package dev.snapranker.rank;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Fusion;
import java.util.List;
import java.util.Objects;

/** What the first stage said of a request's candidates. */
final class FirstStage {
  private final List<Candidate> candidates;
  private final int[] ranks; // [candidates], from 1

  FirstStage(List<Candidate> candidates) {
    this.candidates = candidates;
    this.ranks = new int[candidates.size()];
    List<Hit> order = Ordering.byFirstStage(candidates);
    for (int i = 0; i < order.size(); i++) {
      ranks[order.get(i).index()] = i + 1;
    }
  }

  /** The position of the first candidate without a score; -1 if each has one. */
  int missing() {
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
