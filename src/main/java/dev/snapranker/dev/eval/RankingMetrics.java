package dev.snapranker.dev.eval;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What trec_eval calls ndcg_cut, recip_rank (cut off) and recall, for one query. */
public final class RankingMetrics {
  private RankingMetrics() {}

  /**
   * Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002), with the grade itself as
   * gain: Σ grade / log₂(rank + 1) over the first k, divided by that of the best possible list.
   *
   * @param ranked document ids, best first
   * @param grades by document; only positive ones count
   */
  public static double ndcg(List<String> ranked, Map<String, Integer> grades, int k) {
    double ideal = 0;
    List<Integer> best =
        grades.values().stream()
            .filter(grade -> grade > 0)
            .sorted(Comparator.reverseOrder())
            .limit(k)
            .toList();
    for (int i = 0; i < best.size(); i++) {
      ideal += discounted(best.get(i), i);
    }
    double gained = 0;
    for (int i = 0; i < Math.min(k, ranked.size()); i++) {
      gained += discounted(Math.max(0, grades.getOrDefault(ranked.get(i), 0)), i);
    }
    return ideal == 0 ? 0 : gained / ideal;
  }

  private static double discounted(int grade, int index) {
    return grade * Math.log(2) / Math.log(index + 2);
  }

  /** One over the rank of the first relevant document; 0 if there is none among the first k. */
  static double reciprocalRank(List<String> ranked, Map<String, Integer> grades, int k) {
    for (int i = 0; i < Math.min(k, ranked.size()); i++) {
      if (grades.getOrDefault(ranked.get(i), 0) > 0) {
        return 1.0 / (i + 1);
      }
    }
    return 0;
  }

  /** The share of the relevant documents that are among the first k. */
  static double recall(List<String> ranked, Map<String, Integer> grades, int k) {
    long relevant = grades.values().stream().filter(grade -> grade > 0).count();
    long found = ranked.stream().limit(k).filter(id -> grades.getOrDefault(id, 0) > 0).count();
    return relevant == 0 ? 0 : (double) found / relevant;
  }

  /** Of all queries. */
  public static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
