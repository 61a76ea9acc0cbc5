package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Weaviate's {@code reranker-transformers} module does (weaviate/weaviate adcffc5432, {@code
 * modules/reranker-transformers/clients}): it waits until the container is ready, asks what it is,
 * and posts 32 documents a call, without a content type. It takes each score by its place ({@code
 * usecases/modulecomponents/additional/rank/rank_result.go}).
 */
class WeaviateTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int MAX_DOCUMENTS = 32;

  @ParameterizedTest
  @ValueSource(strings = {"", "/weaviate"})
  void theModuleStarts(String prefix) throws Exception {
    for (String probe : List.of("/.well-known/ready", "/.well-known/live")) {
      HttpResponse<String> ready = get(prefix + probe);
      assertThat(ready.statusCode()).isEqualTo(204);
      assertThat(ready.body()).isEmpty();
    }
    HttpResponse<String> meta = get(prefix + "/meta");
    assertThat(meta.statusCode()).isEqualTo(200);
    assertThat(MAPPER.readTree(meta.body()).path("model").path("id").asText())
        .isEqualTo("snap-base");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/weaviate"})
  void scoresAreInTheOrderOfTheDocuments(String prefix) throws Exception {
    List<String> documents = new ArrayList<>();
    IntStream.range(0, 70).forEach(i -> documents.add("Bananas, chapter " + i));
    documents.set(40, "Canberra is the capital of Australia.");
    List<Double> scores = new ArrayList<>();
    for (int start = 0; start < documents.size(); start += MAX_DOCUMENTS) {
      List<String> chunk =
          documents.subList(start, Math.min(start + MAX_DOCUMENTS, documents.size()));
      HttpResponse<String> reply = post(prefix + "/rerank", rankInput(chunk));
      assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
      JsonNode body = MAPPER.readTree(reply.body());
      assertThat(body.path("query").asText()).isEqualTo("capital of Australia");
      for (int i = 0; i < chunk.size(); i++) {
        JsonNode score = body.path("scores").path(i);
        assertThat(score.path("document").asText()).isEqualTo(chunk.get(i));
        scores.add(score.path("score").doubleValue());
      }
      assertThat(body.path("scores")).hasSize(chunk.size());
    }
    assertThat(scores.get(40)).isBetween(0.9, 1.0);
    scores.remove(40);
    assertThat(scores).allSatisfy(score -> assertThat(score).isBetween(0.0, 0.5));
  }

  /** Weaviate sends "" for an object without the property. */
  @Test
  void anObjectWithoutThePropertyHasTheLowestScoreAndDoesNotChangeTheOthers() throws Exception {
    List<String> documents = List.of("", "Canberra is the capital of Australia.", "Bananas");
    HttpResponse<String> reply = post("/rerank", rankInput(documents));
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    JsonNode scores = MAPPER.readTree(reply.body()).path("scores");
    assertThat(scores).hasSize(3);
    double blank = scores.path(0).path("score").doubleValue();
    assertThat(blank)
        .isLessThanOrEqualTo(scores.path(2).path("score").doubleValue())
        .isBetween(0.0, 1e-4);
    assertThat(scores.path(1).path("score").doubleValue()).isBetween(0.9, 1.0);
  }

  /** As the container's smoke tests do (weaviate/reranker-transformers 2003837). */
  @Test
  void onePropertyHasOneScore() throws Exception {
    ObjectNode input = MAPPER.createObjectNode();
    input.put("query", "capital of Australia");
    input.put("property", "Canberra is the capital of Australia.");
    JsonNode body = MAPPER.readTree(post("/rerank", input.toString()).body());
    assertThat(body.path("query").asText()).isEqualTo("capital of Australia");
    assertThat(body.path("property").asText()).isEqualTo("Canberra is the capital of Australia.");
    assertThat(body.path("score").doubleValue()).isBetween(0.9, 1.0);
    assertThat(body.path("scores").isNull()).isTrue();
  }

  /** {@code ranker.go} shows the text of {@code error} to whoever searched. */
  @Test
  void anErrorIsAString() throws Exception {
    for (String body :
        List.of("{\"query\": \"q\"}", "{\"query\": 1, \"documents\": [\"a\"]}", "{")) {
      HttpResponse<String> reply = post("/weaviate/rerank", body);
      assertThat(reply.statusCode()).isEqualTo(422);
      assertThat(MAPPER.readTree(reply.body()).path("error").isTextual()).as(reply.body()).isTrue();
    }
    HttpResponse<String> reply = post("/rerank", "{\"query\": \" \", \"property\": \"a\"}");
    assertThat(MAPPER.readTree(reply.body()).path("error").asText())
        .isEqualTo("query is blank; expected some text");
  }

  private static String rankInput(List<String> documents) {
    ObjectNode input = MAPPER.createObjectNode();
    input.put("query", "capital of Australia");
    documents.forEach(input.putArray("documents")::add);
    input.put("property", "");
    return input.toString();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  /** Without a content type, as Go's client sends it. */
  private static HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private static URI uri(String path) {
    return URI.create(RunningServer.url() + path);
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    assertThat(request.headers().firstValue("content-type")).isEmpty();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
