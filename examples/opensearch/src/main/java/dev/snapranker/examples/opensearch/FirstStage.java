package dev.snapranker.examples.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.examples.opensearch.TestCollection.Document;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Searches an OpenSearch index with BM25 over titles and texts. */
final class FirstStage {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int BULK_DOCUMENTS = 500;
  private static final String MAPPING =
      """
      {"settings": {"number_of_shards": 1, "number_of_replicas": 0},
       "mappings": {"properties": {"passage": {"type": "text", "analyzer": "english"}}}}
      """;

  private final JsonHttp openSearch;
  private final String index;

  private FirstStage(JsonHttp openSearch, String index) {
    this.openSearch = openSearch;
    this.index = index;
  }

  /** Creates an index of these documents. An index with this name must not exist. */
  static FirstStage of(JsonHttp openSearch, String index, List<Document> documents)
      throws IOException, InterruptedException {
    openSearch.send("PUT", "/" + index, MAPPING);
    for (int from = 0; from < documents.size(); from += BULK_DOCUMENTS) {
      StringBuilder lines = new StringBuilder();
      for (Document document :
          documents.subList(from, Math.min(documents.size(), from + BULK_DOCUMENTS))) {
        ObjectNode action = JSON.createObjectNode();
        action.putObject("index").put("_id", document.id());
        String passage = (document.title() + "\n" + document.text()).strip();
        lines.append(action).append('\n');
        lines.append(JSON.createObjectNode().put("passage", passage)).append('\n');
      }
      JsonNode reply = openSearch.send("POST", "/" + index + "/_bulk", lines.toString());
      if (reply.path("errors").asBoolean()) {
        throw new IOException("OpenSearch did not index every document: " + reply);
      }
    }
    openSearch.send("POST", "/" + index + "/_refresh", "");
    return new FirstStage(openSearch, index);
  }

  List<Hit> search(String query, int size) throws IOException, InterruptedException {
    ObjectNode search = JSON.createObjectNode().put("size", size);
    search.putObject("query").putObject("match").put("passage", query);
    List<Hit> hits = new ArrayList<>();
    for (JsonNode hit :
        openSearch.send("POST", "/" + index + "/_search", search.toString()).at("/hits/hits")) {
      hits.add(
          new Hit(
              hit.path("_id").asText(),
              hit.path("_source").path("passage").asText(),
              hit.path("_score").asDouble()));
    }
    return hits;
  }

  void delete() throws IOException, InterruptedException {
    openSearch.send("DELETE", "/" + index, "");
  }
}
