package dev.snapranker.dev.eval;

import dev.snapranker.dev.collection.Hit;
import java.util.List;
import java.util.Map;

/** What eval reports of a ranking, as trec_eval calculates it. */
enum Metric {
  NDCG("nDCG@10") {
    @Override
    double of(List<String> ranked, Map<String, Integer> grades) {
      return RankingMetrics.ndcg(ranked, grades, CUT);
    }
  },
  MRR("MRR@10") {
    @Override
    double of(List<String> ranked, Map<String, Integer> grades) {
      return RankingMetrics.reciprocalRank(ranked, grades, CUT);
    }
  },
  RECALL("Recall@10") {
    @Override
    double of(List<String> ranked, Map<String, Integer> grades) {
      return RankingMetrics.recall(ranked, grades, CUT);
    }
  };

  private static final int CUT = 10;

  private final String label;

  Metric(String label) {
    this.label = label;
  }

  /** The metric of one query's documents, best first. */
  abstract double of(List<String> ranked, Map<String, Integer> grades);

  /** The metric of each query: [queries]. */
  double[] perQuery(TrecRun run, JudgedRun judged) {
    return judged.queries().stream()
        .mapToDouble(
            query -> of(run.of(query).stream().map(Hit::document).toList(), judged.grades(query)))
        .toArray();
  }

  /** What reports call it. */
  String label() {
    return label;
  }
}
