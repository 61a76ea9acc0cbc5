package dev.snapranker.dev.fit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.dev.collection.Hit;
import dev.snapranker.dev.eval.CollectionReranker;
import dev.snapranker.model.Calibration;
import dev.snapranker.model.FusionWeights;
import java.util.ArrayList;
import java.util.Arrays;
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
public record FusionExamples(
    List<String> documents, List<double[]> features, Map<String, Integer> grades) {

  private static final int FEATURES = 4;

  /**
   * The examples of one query.
   *
   * @param reply without fusion
   * @param posted the hits that were reranked
   */
  public static FusionExamples of(
      CollectionReranker reranker, JsonNode reply, List<Hit> posted, Map<String, Integer> grades) {
    int n = reply.path("results").size();
    double[] logits = new double[n];
    for (JsonNode result : reply.path("results")) {
      logits[result.path("index").asInt()] = result.path("logit").asDouble();
    }
    double least = posted.getLast().score();
    double range = posted.getFirst().score() - least;
    List<double[]> features = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Hit hit = posted.get(i);
      features.add(
          new double[] {
            logits[i],
            range > 0 ? (hit.score() - least) / range : 0,
            1.0 / (i + 1),
            Math.log1p(reranker.text(hit).length())
          });
    }
    return new FusionExamples(posted.stream().map(Hit::document).toList(), features, grades);
  }

  boolean relevant(int i) {
    return grades.getOrDefault(documents.get(i), 0) > 0;
  }

  /** The documents by the weights: [1 + features]. */
  public List<String> ranked(double[] weights) {
    double[] order = Arrays.copyOfRange(weights, 1, weights.length); // the intercept is the same
    return IntStream.range(0, documents.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -ListwiseRegression.value(order, features.get(i))))
        .map(documents::get)
        .toList();
  }

  /**
   * The weights of all queries together: [1 + features]. The order is learned from lists; then the
   * value is scaled and shifted so that its sigmoid is the probability of relevance.
   */
  static double[] fit(List<FusionExamples> queries) {
    double[] weights =
        ListwiseRegression.fit(queries.stream().map(FusionExamples::list).toList(), FEATURES);
    List<JudgedLogit> values = new ArrayList<>();
    for (FusionExamples query : queries) {
      for (int i = 0; i < query.documents.size(); i++) {
        double value = ListwiseRegression.value(weights, query.features.get(i));
        values.add(new JudgedLogit("", value, value, query.relevant(i)));
      }
    }
    Calibration.Platt platt = PlattFit.fit(values);
    double[] scaled = new double[1 + FEATURES];
    scaled[0] = platt.b();
    for (int j = 0; j < FEATURES; j++) {
      scaled[j + 1] = platt.a() * weights[j];
    }
    return scaled;
  }

  private ListwiseRegression.Documents list() {
    return new ListwiseRegression.Documents(
        features, IntStream.range(0, documents.size()).filter(this::relevant).boxed().toList());
  }

  static FusionWeights named(double[] weights) {
    return new FusionWeights(weights[0], weights[1], weights[2], weights[3], weights[4]);
  }
}
