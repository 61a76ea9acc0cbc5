package dev.snapranker.examples.opensearch;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Computes nDCG@10 like trec_eval: the gain is the grade, and the discount is log2(rank + 1). */
final class Ndcg {
  private static final int DEPTH = 10;

  private Ndcg() {}

  static double at10(List<String> ranked, Map<String, Integer> grades) {
    List<Integer> gains = ranked.stream().map(id -> grades.getOrDefault(id, 0)).toList();
    List<Integer> best = grades.values().stream().sorted(Comparator.reverseOrder()).toList();
    return gain(gains) / gain(best);
  }

  private static double gain(List<Integer> gains) {
    double sum = 0;
    for (int i = 0; i < Math.min(DEPTH, gains.size()); i++) {
      sum += gains.get(i) * Math.log(2) / Math.log(i + 2.0);
    }
    return sum;
  }
}
