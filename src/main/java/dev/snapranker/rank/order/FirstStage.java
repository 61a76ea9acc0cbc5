package dev.snapranker.rank.order;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Fusion;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The first stage's order and scores for a request's candidates. Blank candidates are left out, so
 * that they do not affect the others.
 */
public final class FirstStage {
  private final List<Candidate> candidates;
  private final List<CascadeCandidate> order;
  private final int[] ranks; // [candidates], from 1; 0 for blank ones

  /**
   * @param blank the positions of blank candidates
   */
  public FirstStage(List<Candidate> candidates, Set<Integer> blank) {
    this.candidates = candidates;
    this.order =
        Ordering.byFirstStage(candidates).stream()
            .filter(candidate -> !blank.contains(candidate.index()))
            .toList();
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
    return order.stream()
        .filter(candidate -> candidate.candidate().firstStageScore() == null)
        .mapToInt(CascadeCandidate::index)
        .min()
        .orElse(-1);
  }

  /** The rank in the first stage's list, from 1. */
  int rank(int index) {
    return ranks[index];
  }

  /**
   * The normalised scores: [candidates], 0 for blank ones. Each other candidate must have a score.
   */
  double[] scores(Fusion.Normalization normalization) {
    int[] posted = order.stream().mapToInt(CascadeCandidate::index).sorted().toArray();
    double[] normalized =
        Normalized.of(
            Arrays.stream(posted)
                .mapToDouble(i -> Objects.requireNonNull(candidates.get(i).firstStageScore()))
                .toArray(),
            normalization);
    double[] scores = new double[candidates.size()];
    for (int i = 0; i < posted.length; i++) {
      scores[posted[i]] = normalized[i];
    }
    return scores;
  }
}
