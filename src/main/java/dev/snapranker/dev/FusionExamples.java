package dev.snapranker.dev;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.model.FusionWeights;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One query's documents with what learned fusion knows of them.
 *
 * @param documents ids, in the first stage's order
 * @param features of each: logit, first-stage score in 0..1, 1 / rank, ln(1 + length)
 * @param grades by document
 */
record FusionExamples(
    List<String> documents, List<double[]> features, Map<String, Integer> grades) {

  /**
   * The examples of one query.
   *
   * @param reply without fusion
   * @param hits what was posted, at least
   */
  static FusionExamples of(
      CollectionReranker reranker,
      JsonNode reply,
      List<TrecRun.Hit> hits,
      Map<String, Integer> grades) {
    int n = reply.path("results").size();
    double[] logits = new double[n];
    for (JsonNode result : reply.path("results")) {
      logits[result.path("index").asInt()] = result.path("logit").asDouble();
    }
    List<TrecRun.Hit> posted = hits.subList(0, n);
    double least = posted.getLast().score();
    double range = posted.getFirst().score() - least;
    List<double[]> features = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      TrecRun.Hit hit = posted.get(i);
      features.add(
          new double[] {
            logits[i],
            range > 0 ? (hit.score() - least) / range : 0,
            1.0 / (i + 1),
            Math.log1p(reranker.text(hit).length())
          });
    }
    return new FusionExamples(
        posted.stream().map(TrecRun.Hit::document).toList(), features, grades);
  }

  boolean relevant(int i) {
    return grades.getOrDefault(documents.get(i), 0) > 0;
  }

  /** The documents by the weights' log odds: [1 + features]. */
  List<String> ranked(double[] weights) {
    return IntStream.range(0, documents.size())
        .boxed()
        .sorted(
            Comparator.comparingDouble(i -> -LogisticRegression.logOdds(weights, features.get(i))))
        .map(documents::get)
        .toList();
  }

  /** Weights of all examples together: [1 + features]. */
  static double[] fit(List<FusionExamples> queries) {
    List<double[]> x = new ArrayList<>();
    List<Boolean> y = new ArrayList<>();
    for (FusionExamples query : queries) {
      for (int i = 0; i < query.documents.size(); i++) {
        x.add(query.features.get(i));
        y.add(query.relevant(i));
      }
    }
    boolean[] relevant = new boolean[y.size()];
    for (int i = 0; i < relevant.length; i++) {
      relevant[i] = y.get(i);
    }
    return LogisticRegression.fit(x.toArray(double[][]::new), relevant);
  }

  static FusionWeights named(double[] weights) {
    return new FusionWeights(weights[0], weights[1], weights[2], weights[3], weights[4]);
  }
}
