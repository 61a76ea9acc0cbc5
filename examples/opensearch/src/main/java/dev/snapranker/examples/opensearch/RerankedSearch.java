package dev.snapranker.examples.opensearch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Indexes a test collection in OpenSearch, searches it with BM25, reranks the hits, and prints nDCG@10
 * before and after.
 */
final class RerankedSearch {
  private static final int HITS = 100;
  private static final double WEIGHT = 0.7;

  private RerankedSearch() {}

  /**
   * @param arguments the collection's folder, the function's URL, and optionally OpenSearch's URL;
   *     without it, a node in this JVM is used
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 2 || arguments.length > 3) {
      System.err.println("usage: run COLLECTION_FOLDER FUNCTION_URL [OPENSEARCH_URL]");
      System.exit(2);
    }
    TestCollection collection = TestCollection.read(Path.of(arguments[0]));
    Reranker reranker = new Reranker(new JsonHttp(arguments[1]));
    if (arguments.length == 3) {
      compare(collection, reranker, arguments[2]);
    } else {
      try (LocalNode node = LocalNode.start()) {
        compare(collection, reranker, node.url());
      }
    }
  }

  private static void compare(TestCollection collection, Reranker reranker, String openSearch)
      throws IOException, InterruptedException {
    FirstStage firstStage =
        FirstStage.of(
            new JsonHttp(openSearch),
            "snapranker-example-" + ProcessHandle.current().pid(),
            collection.documents());
    try {
      print(collection, means(collection, firstStage, reranker));
    } finally {
      firstStage.delete();
    }
  }

  /** The mean nDCG@10 of each ranking. A query without a hit counts as 0. */
  private static Map<String, Double> means(
      TestCollection collection, FirstStage firstStage, Reranker reranker)
      throws IOException, InterruptedException {
    Map<String, Double> means = new LinkedHashMap<>();
    int queries = collection.queries().size();
    for (Map.Entry<String, String> query : collection.queries().entrySet()) {
      Map<String, Integer> grades = collection.grades().get(query.getKey());
      List<Hit> hits = firstStage.search(query.getValue(), HITS);
      for (Map.Entry<String, List<String>> way :
          rankings(query.getValue(), hits, reranker).entrySet()) {
        means.merge(way.getKey(), Ndcg.at10(way.getValue(), grades) / queries, Double::sum);
      }
    }
    return means;
  }

  private static Map<String, List<String>> rankings(String query, List<Hit> hits, Reranker reranker)
      throws IOException, InterruptedException {
    if (hits.isEmpty()) {
      return Map.of();
    }
    Map<String, List<String>> rankings = new LinkedHashMap<>();
    rankings.put("BM25", hits.stream().map(Hit::id).toList());
    rankings.put("reranked as OpenSearch asks", reranker.asOpenSearchAsks(query, hits));
    rankings.put(
        "reranked and fused with BM25, weight " + WEIGHT, reranker.fused(query, hits, WEIGHT));
    return rankings;
  }

  private static void print(TestCollection collection, Map<String, Double> means) {
    System.out.printf(
        Locale.ROOT,
        "%d documents, %d queries, at most %d hits each%n%n",
        collection.documents().size(),
        collection.queries().size(),
        HITS);
    System.out.printf("%-42s %s%n", "", "nDCG@10");
    means.forEach((way, ndcg) -> System.out.printf(Locale.ROOT, "%-42s %.3f%n", way, ndcg));
  }
}
