package dev.snapranker.dev.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the {@code rerank} processor of OpenSearch's neural-search (3.8.0.0) does with the hits of a
 * search. Sources: {@code org.opensearch.neuralsearch.processor.rerank}, there {@code
 * RescoringRerankProcessor} and {@code context.DocumentContextSourceFetcher}; {@code
 * processor.util.ProcessorUtils}.
 */
final class NeuralSearch {
  private NeuralSearch() {}

  /** A hit as the processor sees it. */
  record Hit(String id, Map<String, Object> source, float score) {}

  /**
   * A hit's text: the fields, one directly behind the other. A field that the hit does not have is
   * an empty text.
   *
   * @param fields {@code context.document_fields}
   */
  static String text(Hit hit, List<String> fields) {
    StringBuilder text = new StringBuilder();
    for (String field : fields) {
      text.append(value(hit.source(), field));
    }
    return text.toString();
  }

  private static String value(Map<String, Object> source, String field) {
    Object current = source;
    for (String name : field.split("\\.", -1)) {
      current = current instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return current == null ? "" : String.valueOf(current);
  }

  /**
   * The hits in their new order; equal scores keep the old one. There must be a score for each.
   *
   * @param scores in the order of the hits
   */
  static List<Hit> reordered(List<Hit> hits, List<Double> scores) {
    if (hits.size() != scores.size()) {
      throw new IllegalStateException("scores and hits are not the same length");
    }
    List<Hit> rescored = new ArrayList<>();
    for (int i = 0; i < hits.size(); i++) {
      Hit hit = hits.get(i);
      rescored.add(new Hit(hit.id(), hit.source(), scores.get(i).floatValue()));
    }
    rescored.sort((a, b) -> Float.compare(b.score(), a.score()));
    return rescored;
  }
}
