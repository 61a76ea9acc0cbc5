package dev.snapranker.rank;

import dev.snapranker.api.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order of a ranking. It is total: a later stage's results before an earlier one's, those of
 * one stage by logit, equal ones as they came. To the first stage they come by first-stage score,
 * descending (candidates without one after those with one), then in input order.
 */
final class Ordering {
  private Ordering() {}

  /** The candidates as the first stage found them, best first. */
  static List<Hit> byFirstStage(List<Candidate> candidates) {
    return IntStream.range(0, candidates.size())
        .mapToObj(i -> Hit.of(i, candidates.get(i)))
        .sorted(
            Comparator.comparing(
                hit -> hit.candidate().firstStageScore(),
                Comparator.nullsLast(Comparator.reverseOrder())))
        .toList();
  }

  /**
   * What a stage leaves behind, best first.
   *
   * @param scored by this stage
   * @param rest all others, in the order of the stages before
   */
  static List<Hit> byStage(List<Hit> scored, List<Hit> rest) {
    List<Hit> hits = new ArrayList<>(scored);
    hits.sort((a, b) -> Float.compare(b.logit(), a.logit())); // stable
    hits.addAll(rest);
    return List.copyOf(hits);
  }
}
