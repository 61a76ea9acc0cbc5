package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.serve.ElasticsearchInference.RankedDoc;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Uses the files in {@code integrations/elasticsearch} like Elasticsearch. */
class ElasticsearchTest {
  private static final Path FILES = Path.of("integrations", "elasticsearch");
  private static final String QUERY = "what is the capital of \"Australia\"?\n";
  private static final List<String> HITS =
      List.of(
          "Kangaroos can leap nine metres.",
          "Canberra is the capital of Australia.\t",
          "Sydney is Australia's largest city.");

  @Test
  void theHuggingFaceServiceGetsAScoreForEachHit() throws Exception {
    JsonNode settings = file("hugging-face.json").path("service_settings");
    String body = post(settings, huggingFace(null, null), "Bearer TOKEN");
    List<RankedDoc> docs = ElasticsearchInference.huggingFaceReply(body, null);
    assertThat(docs).extracting(RankedDoc::index).first().isEqualTo(1);
    assertThat(docs).extracting(RankedDoc::text).containsOnlyNulls();
    float[] shown = ElasticsearchInference.textSimilarityScores(docs, HITS.size());
    assertThat(shown[1]).isBetween(1.9f, 2.0f).isGreaterThan(shown[0]).isGreaterThan(shown[2]);
  }

  @Test
  void theHuggingFaceServiceGetsTextsAndTheFirstOnRequest() throws Exception {
    JsonNode settings = file("hugging-face.json").path("service_settings");
    String body = post(settings, huggingFace(true, 2), "Bearer TOKEN");
    assertThat(new JsonMapper().readTree(body)).hasSize(2);
    List<RankedDoc> docs = ElasticsearchInference.huggingFaceReply(body, 2);
    assertThat(docs).extracting(RankedDoc::text).first().isEqualTo(HITS.get(1));
  }

  @Test
  void theHuggingFaceServiceReadsAnError() throws Exception {
    JsonNode settings = file("hugging-face.json").path("service_settings");
    String request = ElasticsearchInference.huggingFaceRequest(QUERY, List.of(), null, null);
    HttpResponse<String> reply = send(settings, request, Map.of());
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(ElasticsearchInference.huggingFaceError(reply.body()))
        .isEqualTo("`texts` cannot be empty");
  }

  @Test
  void theCustomServiceGetsAScoreForEachHit() throws Exception {
    JsonNode settings = file("custom.json").path("service_settings");
    String request =
        ElasticsearchInference.customRequest(settings.path("request").asText(), QUERY, HITS);
    HttpResponse<String> reply = send(settings, request, Map.of("x-api-key", "KEY"));
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    List<RankedDoc> docs = ElasticsearchInference.customReply(parser(settings), reply.body());
    assertThat(docs).extracting(RankedDoc::index).first().isEqualTo(1);
    float[] shown = ElasticsearchInference.textSimilarityScores(docs, HITS.size());
    assertThat(shown[1]).isBetween(1.9f, 2.0f).isGreaterThan(shown[0]).isGreaterThan(shown[2]);
  }

  @Test
  void bothServicesGetTheSameScoresForAWindowOfHundredHits() throws Exception {
    List<String> hits =
        IntStream.range(0, 100).mapToObj(i -> "Document " + i + " of Australia").toList();
    JsonNode custom = file("custom.json").path("service_settings");
    JsonNode huggingFace = file("hugging-face.json").path("service_settings");
    String template = custom.path("request").asText();
    String byTemplate = ElasticsearchInference.customRequest(template, QUERY, hits);
    String byEntity = ElasticsearchInference.huggingFaceRequest(QUERY, hits, null, null);
    float[] first =
        ElasticsearchInference.textSimilarityScores(
            ElasticsearchInference.customReply(
                parser(custom), send(custom, byTemplate, Map.of()).body()),
            hits.size());
    float[] second =
        ElasticsearchInference.textSimilarityScores(
            ElasticsearchInference.huggingFaceReply(
                send(huggingFace, byEntity, Map.of()).body(), null),
            hits.size());
    assertThat(first).isEqualTo(second);
  }

  /** The notes of the README on placeholders. */
  @Test
  void theCustomServiceRefusesTextsThatLookLikePlaceholders() throws Exception {
    String template = file("custom.json").path("service_settings").path("request").asText();
    List<String> hits = List.of("echo ${HOME}");
    assertThatThrownBy(() -> ElasticsearchInference.customRequest(template, QUERY, hits))
        .hasMessageContaining("placeholder");
  }

  /**
   * {@code CustomServiceSettings.fromMap} (07abc1522f3272272f5499323a1baabaeef3838c), {@code
   * CustomSecretSettings}, {@code HuggingFaceRerankServiceSettings} and {@code
   * TextSimilarityRankRetrieverBuilder} refuse other fields.
   */
  @Test
  void theFilesHaveOnlyFieldsThatElasticsearchKnows() throws IOException {
    JsonNode custom = file("custom.json");
    assertThat(names(custom)).isSubsetOf("service", "service_settings", "task_settings");
    JsonNode settings = custom.path("service_settings");
    assertThat(names(settings))
        .containsExactlyInAnyOrder("url", "headers", "secret_parameters", "request", "response");
    assertThat(names(settings.path("response"))).containsExactly("json_parser");
    assertThat(names(parser(settings)))
        .isSubsetOf("relevance_score", "reranked_index", "document_text");
    for (JsonNode header : settings.path("headers")) {
      String secret = header.asText().replaceAll(".*\\$\\{(.*)}.*", "$1");
      assertThat(settings.path("secret_parameters").has(secret)).as(secret).isTrue();
    }
    assertThat(names(file("hugging-face.json").path("service_settings")))
        .containsExactlyInAnyOrder("url", "api_key");
    JsonNode reranker = file("search.json").path("retriever").path("text_similarity_reranker");
    assertThat(names(reranker))
        .containsExactlyInAnyOrder(
            "retriever", "inference_id", "inference_text", "field", "rank_window_size");
  }

  private static JsonNode parser(JsonNode settings) {
    return settings.path("response").path("json_parser");
  }

  private static String huggingFace(@Nullable Boolean returnText, @Nullable Integer topN) {
    return ElasticsearchInference.huggingFaceRequest(QUERY, HITS, returnText, topN);
  }

  private static String post(JsonNode settings, String body, String authorization)
      throws Exception {
    HttpResponse<String> reply = send(settings, body, Map.of("authorization", authorization));
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    return reply.body();
  }

  /** To the file's URL, on the local server. */
  private static HttpResponse<String> send(
      JsonNode settings, String body, Map<String, String> headers) throws Exception {
    URI url = URI.create(settings.path("url").asText());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(RunningServer.url() + url.getPath()))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static JsonNode file(String name) throws IOException {
    return new JsonMapper().readTree(Files.readString(FILES.resolve(name)));
  }

  private static Set<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return new TreeSet<>(names);
  }
}
