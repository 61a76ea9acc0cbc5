package dev.snapranker.examples.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Reranks hits in two ways. Both return ids, best first. */
final class Reranker {
  private static final JsonMapper JSON = new JsonMapper();

  private final JsonHttp function;

  Reranker(JsonHttp function) {
    this.function = function;
  }

  /** Reranks with the native API, where BM25's scores also count. */
  List<String> fused(String query, List<Hit> hits, double weight)
      throws IOException, InterruptedException {
    ObjectNode request = JSON.createObjectNode().put("query", query);
    request.putObject("fusion").put("method", "linear").put("weight", weight);
    ArrayNode candidates = request.putArray("candidates");
    for (Hit hit : hits) {
      candidates.addObject().put("id", hit.id()).put("text", hit.text()).put("score", hit.score());
    }
    JsonNode results = function.send("POST", "/rerank", request.toString()).path("results");
    return results.valueStream().map(result -> result.path("id").asText()).toList();
  }

  /** Reranks like OpenSearch's rerank processor: with Cohere's API, all documents and no scores. */
  List<String> asOpenSearchAsks(String query, List<Hit> hits)
      throws IOException, InterruptedException {
    ObjectNode request =
        JSON.createObjectNode()
            .put("model", "rerank-v3.5")
            .put("query", query)
            .put("top_n", hits.size());
    ArrayNode documents = request.putArray("documents");
    hits.forEach(hit -> documents.add(hit.text()));
    double[] scores = new double[hits.size()]; // [hit]
    for (JsonNode result :
        function.send("POST", "/v2/rerank", request.toString()).path("results")) {
      scores[result.path("index").asInt()] = result.path("relevance_score").asDouble();
    }
    return IntStream.range(0, hits.size())
        .boxed()
        .sorted(Comparator.comparingDouble(hit -> -scores[hit]))
        .map(hit -> hits.get(hit).id())
        .toList();
  }
}
