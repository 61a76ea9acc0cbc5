package dev.snapranker.rank;

import dev.snapranker.api.Candidate;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order of a ranking. It is total: logit descending, then first-stage score descending
 * (candidates without one after those with one), then input order.
 */
final class Ordering {
  private Ordering() {}

  /**
   * The candidates' indices, best first.
   *
   * @param logits [candidates], none NaN
   */
  static int[] bestFirst(List<Candidate> candidates, float[] logits) {
    Comparator<Integer> byLogit = (a, b) -> Float.compare(logits[b], logits[a]);
    Comparator<Integer> byFirstStage =
        Comparator.comparing(
            i -> candidates.get(i).firstStageScore(),
            Comparator.nullsLast(Comparator.reverseOrder()));
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(byLogit.thenComparing(byFirstStage).thenComparing(Comparator.naturalOrder()))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
