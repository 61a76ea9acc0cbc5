package dev.snapranker.rank.order;

import dev.snapranker.api.Candidate;
import dev.snapranker.rank.scoring.ScoredDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The order of a ranking, which is total: candidates of a later stage before those of an earlier
 * one, then by logit; equal logits keep the order before. The first stage's order is by its score,
 * descending (candidates without a score last), then the request's.
 */
public final class Ordering {
  private Ordering() {}

  /** The candidates as the first stage found them, best first. */
  public static List<CascadeCandidate> byFirstStage(List<Candidate> candidates) {
    return IntStream.range(0, candidates.size())
        .mapToObj(i -> CascadeCandidate.of(i, candidates.get(i)))
        .sorted(
            Comparator.comparing(
                candidate -> candidate.candidate().firstStageScore(),
                Comparator.nullsLast(Comparator.reverseOrder())))
        .toList();
  }

  /**
   * The candidates after a stage, best first.
   *
   * @param before the candidates in the order of the stages before
   * @param documents the first of these candidates as the stage scored them; null if it did not
   */
  public static List<CascadeCandidate> byStage(
      List<CascadeCandidate> before, List<@Nullable ScoredDocument> documents) {
    List<CascadeCandidate> scored = new ArrayList<>();
    List<CascadeCandidate> others = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      ScoredDocument document = i < documents.size() ? documents.get(i) : null;
      if (document == null) {
        others.add(before.get(i));
      } else {
        scored.add(before.get(i).scored(document));
      }
    }
    scored.sort((a, b) -> Float.compare(b.logit(), a.logit())); // stable
    scored.addAll(others);
    return List.copyOf(scored);
  }
}
