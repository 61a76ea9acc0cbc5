package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.DefaultBundle;
import dev.snapranker.boot.Settings;
import dev.snapranker.dev.cli.Invoker;
import dev.snapranker.dev.serve.NeuralSearch.Hit;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * The files of {@code integrations/opensearch} as OpenSearch uses them: the request that ml-commons
 * makes of the connector, and the reply as ml-commons and neural-search take it.
 */
@Timeout(120)
class OpenSearchConnectorTest {
  private static final Path FILES = Path.of("integrations", "opensearch");
  private static final String API_KEY = "connector-api-key.json";
  private static final String SIGV4 = "connector-sigv4.json";
  private static final List<String> FIELDS = List.of("text");
  private static final JsonMapper JSON = new JsonMapper();

  private static final List<Hit> HITS =
      List.of(
          hit("kangaroo", Map.of("text", "Kangaroos can leap nine metres.")),
          hit("capital", Map.of("text", "Canberra is the capital of Australia.")),
          hit("quotes", Map.of("text", "\"Sydney\", he said, \\ is {not} the capital:\t[1]\r\n…")),
          hit("unicode", Map.of("text", "Die Hauptstadt – 首都 – العاصمة – 🦘 – a\u2028b\u0001c")),
          hit("list", Map.of("text", List.of("Melbourne", "is \"large\""))),
          hit("number", Map.of("text", 42)),
          hit("twin", Map.of("text", "Kangaroos can leap nine metres.")));

  /** OpenSearch sends an empty text for a hit without the field. */
  private static final List<Hit> WITH_GAPS =
      List.of(
          hit("kangaroo", Map.of("text", "Kangaroos can leap nine metres.")),
          hit("no field", Map.of("title", "Capitals")),
          hit("spaces", Map.of("text", " \n")),
          hit("capital", Map.of("text", "Canberra is the capital of Australia.")));

  @ParameterizedTest
  @ValueSource(strings = {API_KEY, SIGV4})
  void theHitsAreReranked(String connector) throws Exception {
    List<Hit> ranked = search(connector, "capital of Australia", HITS);
    assertThat(ranked).hasSameSizeAs(HITS);
    assertThat(ranked.getFirst().id()).isEqualTo("capital");
    assertThat(ranked.getFirst().score()).isGreaterThan(0.9f);
    assertThat(ranked).extracting(Hit::score).isSortedAccordingTo((a, b) -> Float.compare(b, a));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "he said \"capital\"",
        "C:\\temp/file\tor\nthe like",
        "首都 à l'étranger 🦘",
        "100% of {it}",
        "[SEP]",
        "42"
      })
  void aQueryArrivesAsItWasTyped(String query) throws Exception {
    MlCommons mlCommons = MlCommons.of(FILES.resolve(API_KEY));
    List<String> documents = texts(HITS);
    JsonNode posted = JSON.readTree(mlCommons.payload(query, documents));
    assertThat(posted.path("query").asText()).isEqualTo(query);
    assertThat(posted.path("documents")).map(JsonNode::asText).isEqualTo(documents);
    assertThat(posted.path("top_n").asInt()).isEqualTo(documents.size());
    assertThat(search(API_KEY, query, HITS)).hasSameSizeAs(HITS);
  }

  /** Scores from 1 down to 1e-5, most of which are no doubles for ml-commons at full length. */
  @Test
  void everyDocumentOfALongListHasAScoreThatMlCommonsCasts() throws Exception {
    List<Hit> hits =
        IntStream.range(0, 300)
            .mapToObj(i -> hit("h" + i, Map.of("text", "Passage %d about cities.".formatted(i))))
            .toList();
    assertThat(search(API_KEY, "Which city is the capital of Australia?", hits))
        .extracting(Hit::id)
        .containsExactlyInAnyOrderElementsOf(hits.stream().map(Hit::id).toList());
  }

  @Test
  void aRefusalIsAnErrorStatusWithTheReason() throws Exception {
    HttpResponse<String> reply =
        post(RunningServer.url(), MlCommons.of(FILES.resolve(API_KEY)), "", List.of("some text"));
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("query must not be empty");
  }

  @Test
  void theProcessingFunctionsAreCoheres() {
    for (String connector : List.of(API_KEY, SIGV4)) {
      MlCommons mlCommons = MlCommons.of(FILES.resolve(connector));
      assertThat(mlCommons.preProcessFunction()).isEqualTo("connector.pre_process.cohere.rerank");
      assertThat(mlCommons.postProcessFunction()).isEqualTo("connector.post_process.cohere.rerank");
    }
  }

  @Test
  void theKeyIsSentInItsHeader() {
    assertThat(MlCommons.of(FILES.resolve(API_KEY)).headers())
        .containsEntry("x-api-key", "API_KEY");
  }

  /** API Gateway checks signatures for the service {@code execute-api}. */
  @Test
  void theSignatureIsForApiGateway() throws Exception {
    MlCommons mlCommons = MlCommons.of(FILES.resolve(SIGV4));
    String payload = mlCommons.payload("capital of Australia", texts(HITS));
    SdkHttpRequest signed = mlCommons.signed(local(RunningServer.url(), mlCommons), payload);
    String authorization = signed.firstMatchingHeader("Authorization").orElseThrow();
    assertThat(authorization)
        .matches(
            "AWS4-HMAC-SHA256 Credential=ACCESS_KEY/\\d{8}/REGION/execute-api/aws4_request, .*");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(signed.getUri()).POST(HttpRequest.BodyPublishers.ofString(payload));
    signed
        .headers()
        .forEach((name, values) -> {
          if (!name.equalsIgnoreCase("host")) { // the JDK's client sets it
            values.forEach(value -> request.header(name, value));
          }
        });
    HttpResponse<String> reply = send(request.build());
    assertThat(MlCommons.scores(reply.body())).hasSameSizeAs(HITS).doesNotContainNull();
  }

  @Test
  void theTrustedEndpointsAllowBothConnectors() throws IOException {
    JsonNode trusted =
        JSON.readTree(Files.readString(FILES.resolve("settings.json")))
            .path("persistent")
            .path("plugins.ml_commons.trusted_connector_endpoints_regex");
    assertThat(trusted).hasSize(1);
    for (String connector : List.of(API_KEY, SIGV4)) {
      String url = MlCommons.of(FILES.resolve(connector)).url().toString();
      assertThat(Pattern.matches(trusted.path(0).asText(), url)).as(url).isTrue();
    }
  }

  /** What the processor cannot do without, by RerankProcessorFactory and the context fetchers. */
  @Test
  void thePipelineAndTheSearchHaveWhatTheProcessorReads() throws IOException {
    JsonNode rerank =
        JSON.readTree(Files.readString(FILES.resolve("search-pipeline.json")))
            .path("response_processors")
            .path(0)
            .path("rerank");
    assertThat(names(rerank)).containsExactlyInAnyOrder("ml_opensearch", "context");
    assertThat(rerank.path("ml_opensearch").path("model_id").asText()).isEqualTo("MODEL_ID");
    assertThat(rerank.path("context").path("document_fields"))
        .map(JsonNode::asText)
        .isEqualTo(FIELDS);

    JsonNode search = JSON.readTree(Files.readString(FILES.resolve("search.json")));
    JsonNode context = search.path("ext").path("rerank").path("query_context");
    assertThat(names(context)).containsExactly("query_text");
    assertThat(context.path("query_text")).isEqualTo(search.at("/query/match/text"));
    assertThat(search.path("_source")).map(JsonNode::asText).containsAll(FIELDS);

    JsonNode model = JSON.readTree(Files.readString(FILES.resolve("model.json")));
    assertThat(model.path("function_name").asText()).isEqualTo("remote");
    assertThat(model.path("connector_id").asText()).isEqualTo("CONNECTOR_ID");
  }

  /** So the README says: this fails in ml-commons, before the function is asked. */
  @Test
  void aQueryThatIsItselfJsonWithQuotesIsNeverSent() {
    MlCommons mlCommons = MlCommons.of(FILES.resolve(API_KEY));
    assertThatThrownBy(() -> mlCommons.payload("[\"a\"]", texts(HITS)))
        .hasMessageStartingWith("Invalid payload");
  }

  @Test
  void aHitWithoutTheFieldIsRefusedByName() throws Exception {
    HttpResponse<String> reply =
        post(RunningServer.url(), MlCommons.of(FILES.resolve(API_KEY)), "q", texts(WITH_GAPS));
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("document at index 1 cannot be empty");
  }

  @Test
  void withBlankTextsLastHitsWithoutTheFieldComeLast() throws Exception {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("BLANK_TEXTS", "last");
    try (RerankHandler handler = new RerankHandler(Settings.from(environment));
        LocalServer server =
            new LocalServer(
                new Invoker(handler, Invoker.TIME_LIMIT)::invoke,
                null,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      String url = "http://127.0.0.1:" + server.port();
      assertThat(search(url, API_KEY, "capital of Australia", WITH_GAPS))
          .extracting(Hit::id)
          .containsExactly("capital", "kangaroo", "no field", "spaces");
    }
  }

  private static Set<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
  }

  private static List<Hit> search(String connector, String query, List<Hit> hits) throws Exception {
    return search(RunningServer.url(), connector, query, hits);
  }

  private static List<Hit> search(String server, String connector, String query, List<Hit> hits)
      throws Exception {
    HttpResponse<String> reply =
        post(server, MlCommons.of(FILES.resolve(connector)), query, texts(hits));
    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    return NeuralSearch.reordered(hits, MlCommons.scores(reply.body()));
  }

  private static HttpResponse<String> post(
      String server, MlCommons mlCommons, String query, List<String> documents) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(local(server, mlCommons))
            .POST(HttpRequest.BodyPublishers.ofString(mlCommons.payload(query, documents)));
    mlCommons.headers().forEach(request::header);
    return send(request.build());
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }

  /** The connector's path on the local server, without the stage of a REST API. */
  private static URI local(String server, MlCommons mlCommons) {
    return URI.create(server + mlCommons.url().getPath().replaceFirst("^/live/", "/"));
  }

  private static List<String> texts(List<Hit> hits) {
    return hits.stream().map(hit -> NeuralSearch.text(hit, FIELDS)).toList();
  }

  private static Hit hit(String id, Map<String, Object> source) {
    return new Hit(id, source, 1);
  }
}
