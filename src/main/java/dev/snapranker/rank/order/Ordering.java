package dev.snapranker.rank.order;

import dev.snapranker.api.Candidate;
import dev.snapranker.rank.scoring.ScoredDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Orders candidates. The order is total: candidates of a later stage come before those of an
 * earlier one; then the higher logit comes first; equal logits keep the order of the stage before.
 * The first stage's order is by descending score, with candidates without a score last, then by
 * position in the request.
 */
public final class Ordering {
  private Ordering() {}

  /** The candidates in the first stage's order, best first. */
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
   * @param documents the stage's results for the first of these candidates; null if it did not
   *     score one
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
