package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One text that is too long or blank does not cost the others their ranking, in any dialect. */
class OneTextTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int READ = 32_768;
  private static final String QUERY = "which fruit is red";
  private static final String APPLE = "An apple is often red.";
  private static final String SKY = "The sky is blue today.";
  private static final String LONG = (SKY + " ").repeat(2000);
  private static final List<String> BLANK = List.of("", " \t\n", "\u00a0\u200b\ufeff", "\u0301");

  private static RerankHandler blankLast;

  @BeforeAll
  static void start() {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("BLANK_TEXTS", "last");
    blankLast = new RerankHandler(Settings.from(environment));
  }

  @AfterAll
  static void stop() {
    blankLast.close();
  }

  /** How each API asks, and where its reply has the results. */
  enum Dialect {
    NATIVE("/rerank", "", "/results", "score", Shape.TEXTS, "candidates"),
    NATIVE_PASSAGES("/rerank", "\"passages\": {}", "/results", "score", Shape.TEXTS, "candidates"),
    BATCH("/rerank", "", "/responses/0/results", "score", Shape.TEXTS, "candidates"),
    COHERE_V1("/cohere/v1/rerank", "", "/results", "relevance_score", Shape.TEXTS, "documents"),
    COHERE_V1_FIELDS(
        "/cohere/v1/rerank",
        "\"rank_fields\": [\"body\"]",
        "/results",
        "relevance_score",
        Shape.OBJECTS,
        "body"),
    COHERE_V2(
        "/v2/rerank",
        "\"model\": \"rerank-v3.5\"",
        "/results",
        "relevance_score",
        Shape.TEXTS,
        "documents"),
    JINA(
        "/jina/v1/rerank",
        "\"model\": \"jina-reranker-m0\"",
        "/results",
        "relevance_score",
        Shape.OBJECTS,
        "text"),
    VLLM("/v1/rerank", "", "/results", "relevance_score", Shape.TEXTS, "documents"),
    VOYAGE(
        "/voyage/v1/rerank",
        "\"model\": \"rerank-2\"",
        "/data",
        "relevance_score",
        Shape.TEXTS,
        "documents"),
    TEI("/tei/rerank", "", "", "score", Shape.TEXTS, "texts"),
    INFINITY("/infinity/rerank", "", "/results", "relevance_score", Shape.TEXTS, "documents"),
    VLLM_V2(
        "/v2/rerank",
        "\"truncate_prompt_tokens\": -1",
        "/results",
        "relevance_score",
        Shape.TEXTS,
        "documents"),
    SCORE("/score", "", "/data", "score", Shape.PAIRS, "documents"),
    WEAVIATE("/weaviate/rerank", "", "/scores", "score", Shape.TEXTS, "documents"),
    BEDROCK("/bedrock/rerank", "", "/results", "relevanceScore", Shape.SOURCES, "textDocument"),
    BEDROCK_JSON(
        "/bedrock/rerank", "", "/results", "relevanceScore", Shape.SOURCES, "jsonDocument");

    private final String path;
    private final String fields;
    private final String results;
    private final String score;
    private final Shape shape;
    private final String name;

    Dialect(String path, String fields, String results, String score, Shape shape, String name) {
      this.path = path;
      this.fields = fields;
      this.results = results;
      this.score = score;
      this.shape = shape;
      this.name = name;
    }

    ObjectNode request(String query, List<String> texts) throws Exception {
      ObjectNode request = (ObjectNode) MAPPER.readTree("{" + fields + "}");
      boolean batch = results.startsWith("/responses");
      put(texts, query, batch ? request.putArray("requests").addObject() : request);
      return request;
    }

    private void put(List<String> texts, String query, ObjectNode request) {
      switch (shape) {
        case TEXTS -> {
          request.put("query", query);
          texts.forEach(request.putArray(name)::add);
        }
        case PAIRS -> {
          request.put("queries", query);
          texts.forEach(request.putArray(name)::add);
        }
        case OBJECTS -> {
          ArrayNode documents = request.put("query", query).putArray("documents");
          texts.forEach(text -> documents.addObject().put(name, text));
        }
        case SOURCES -> {
          ObjectNode asked = request.putArray("queries").addObject().put("type", "TEXT");
          asked.putObject("textQuery").put("text", query);
          ArrayNode sources = request.putArray("sources");
          texts.forEach(text -> source(sources.addObject().put("type", "INLINE"), text));
          ObjectNode configuration = request.putObject("rerankingConfiguration");
          configuration
              .put("type", "BEDROCK_RERANKING_MODEL")
              .putObject("bedrockRerankingConfiguration")
              .putObject("modelConfiguration")
              .put("modelArn", "amazon.rerank-v1:0");
        }
      }
    }

    private void source(ObjectNode source, String text) {
      ObjectNode inline = source.putObject("inlineDocumentSource");
      if (name.equals("jsonDocument")) {
        inline.put("type", "JSON").put(name, text);
      } else {
        inline.put("type", "TEXT").putObject(name).put("text", text);
      }
    }
  }

  /** How a request holds its texts. */
  enum Shape {
    TEXTS,
    PAIRS,
    OBJECTS,
    SOURCES
  }

  private record Result(int index, double score) {}

  private static List<Result> rank(RerankHandler handler, Dialect dialect, List<String> texts)
      throws Exception {
    JsonNode reply = post(handler, dialect.path, dialect.request(QUERY, texts));
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(200);
    List<Result> results = new ArrayList<>();
    for (JsonNode result : Lambda.body(reply).at(dialect.results)) {
      assertThat(result.path(dialect.score).isFloatingPointNumber())
          .isTrue(); // OpenSearch casts it
      int index = result.path("index").asInt(results.size());
      results.add(new Result(index, result.path(dialect.score).asDouble()));
    }
    if (dialect == Dialect.SCORE || dialect == Dialect.WEAVIATE) { // in the documents' order
      results.sort(Comparator.comparingDouble(Result::score).reversed());
    }
    return results;
  }

  private static JsonNode post(RerankHandler handler, String path, JsonNode body) {
    HttpRequest request = new HttpRequest("POST", path, Map.of(), body.toString(), false);
    return Lambda.invoke(
        handler, Payload2.event(request, "", "192.0.2.1").getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode body(String path, ObjectNode request) {
    return Lambda.body(post(DefaultBundle.handler(), path, request));
  }

  private static ObjectNode json(String json) throws Exception {
    return (ObjectNode) MAPPER.readTree(json);
  }

  @ParameterizedTest
  @EnumSource
  void aLongTextIsScoredByItsBeginning(Dialect dialect) throws Exception {
    String marked = LONG.substring(0, READ) + " " + APPLE.repeat(3000);
    assertThat(rank(DefaultBundle.handler(), dialect, List.of(APPLE, marked)))
        .isEqualTo(rank(DefaultBundle.handler(), dialect, List.of(APPLE, LONG.substring(0, READ))));
  }

  @ParameterizedTest
  @EnumSource
  void noCharacterIsCutInTwo(Dialect dialect) throws Exception {
    String even = "🍎".repeat(20_000);
    for (String text : List.of(even, "x" + even)) {
      assertThat(rank(DefaultBundle.handler(), dialect, List.of(text, APPLE))).hasSize(2);
    }
  }

  @Test
  void aCutTextIsMarkedAndCountedInAWarning() throws Exception {
    JsonNode reply = body("/rerank", Dialect.NATIVE.request(QUERY, List.of(APPLE, LONG)));
    assertThat(reply.path("results").path(0).path("truncated").asBoolean()).isFalse();
    assertThat(reply.path("results").path(1).path("truncated").asBoolean()).isTrue();
    assertThat(reply.path("usage").path("truncated").asInt()).isEqualTo(1);
    assertThat(reply.path("warnings").path(0).asText())
        .isEqualTo(
            "1 of 2 candidates was cut to fit the model's window of 512 tokens, or the 32768"
                + " characters that are read");
    JsonNode cohere = body("/v2/rerank", Dialect.COHERE_V2.request(QUERY, List.of(APPLE, LONG)));
    assertThat(cohere.path("meta").path("warnings").path(0).asText())
        .startsWith("1 of 2 candidates was cut to fit");
  }

  @ParameterizedTest
  @CsvSource({
    "NATIVE, return_text, /results/1/text",
    "COHERE_V1, return_documents, /results/1/document/text",
    "JINA, return_documents, /results/1/document/text",
    "VOYAGE, return_documents, /data/1/document",
    "TEI, return_text, /1/text"
  })
  void theTextThatIsReturnedIsTheOneThatWasSent(Dialect dialect, String flag, String place)
      throws Exception {
    ObjectNode request = dialect.request(QUERY, List.of(APPLE, LONG)).put(flag, true);
    assertThat(body(dialect.path, request).at(place).asText()).isEqualTo(LONG);
  }

  @Test
  void truncationFromTheLeftReadsTheEnd() throws Exception {
    String text = LONG + APPLE;
    String end = text.substring(text.length() - READ);
    ObjectNode left = json("{\"truncation_direction\": \"Left\", \"raw_scores\": true}");
    JsonNode whole = body("/tei/rerank", left.deepCopy().setAll(tei(text)));
    assertThat(whole).isEqualTo(body("/tei/rerank", left.deepCopy().setAll(tei(end))));
    assertThat(whole.at("/0/score").asDouble())
        .isGreaterThan(
            body("/tei/rerank", tei(text).put("raw_scores", true)).at("/0/score").asDouble());
  }

  /** A limit of the document's own counts from the beginning, whichever end is then kept. */
  @Test
  void aDocumentsOwnLimitIsCountedFromTheBeginningOfAllOfIt() throws Exception {
    ObjectNode left = json("{\"truncation_side\": \"left\", \"max_tokens_per_doc\": 20}");
    List<Double> scores = new ArrayList<>();
    for (String end : List.of("", SKY.repeat(10), LONG)) {
      String text = APPLE + " " + SKY.repeat(5) + end;
      JsonNode reply =
          body("/v1/rerank", left.deepCopy().setAll(Dialect.VLLM.request(QUERY, List.of(text))));
      scores.add(reply.at("/results/0/relevance_score").asDouble());
    }
    assertThat(scores).containsOnly(scores.getFirst());
  }

  private static ObjectNode tei(String text) throws Exception {
    return Dialect.TEI.request(QUERY, List.of(text));
  }

  @Test
  void withoutTruncationALongTextIsRefused() throws Exception {
    JsonNode tei = post(DefaultBundle.handler(), "/tei/rerank", tei(LONG).put("truncate", false));
    assertThat(tei.path("statusCode").asInt()).isEqualTo(422);
    assertThat(Lambda.body(tei).path("error").asText())
        .isEqualTo(
            "texts[0] has 46000 characters; expected at most 32768, because truncation is off");
    JsonNode voyage =
        post(
            DefaultBundle.handler(),
            "/voyage/v1/rerank",
            Dialect.VOYAGE.request(QUERY, List.of(APPLE, LONG)).put("truncation", false));
    assertThat(voyage.path("statusCode").asInt()).isEqualTo(400);
    assertThat(Lambda.body(voyage).path("detail").asText()).startsWith("documents[1] has 46000 c");
  }

  @ParameterizedTest
  @EnumSource
  void aLongQueryIsCutWhereTheServiceWouldCutIt(Dialect dialect) throws Exception {
    ObjectNode request = dialect.request("which fruit is red ".repeat(2000), List.of(APPLE, SKY));
    JsonNode reply = post(DefaultBundle.handler(), dialect.path, request);
    switch (dialect) {
      case NATIVE, NATIVE_PASSAGES ->
          assertThat(Lambda.body(reply).at("/error/message").asText())
              .isEqualTo("query has 38000 characters; expected at most 32768");
      case BATCH ->
          assertThat(Lambda.body(reply).at("/responses/0/error/message").asText())
              .isEqualTo("requests[0].query has 38000 characters; expected at most 32768");
      case BEDROCK, BEDROCK_JSON ->
          assertThat(Lambda.body(reply).path("message").asText())
              .isEqualTo("queries[0].textQuery.text has 38000 characters; expected at most 32000");
      case COHERE_V1, COHERE_V1_FIELDS, COHERE_V2, JINA, VLLM, VLLM_V2 ->
          assertThat(Lambda.body(reply).at("/meta/warnings/0").asText())
              .isEqualTo("the query has 38000 characters; its first 32768 were read");
      case VOYAGE, TEI, INFINITY, SCORE, WEAVIATE ->
          assertThat(reply.at("/headers/x-snapranker-warnings").asText())
              .startsWith("[\"the query has 38000 characters; its first 32768 were read\"");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/tei/rerank, texts, truncate, error",
    "/voyage/v1/rerank, documents, truncation, detail"
  })
  void withoutTruncationALongQueryIsRefused(
      String path, String texts, String truncation, String message) throws Exception {
    ObjectNode request = json("{\"query\": \"%s\"}".formatted("red ".repeat(10_000)));
    request.put(truncation, false).putArray(texts).add(APPLE);
    if (path.startsWith("/voyage")) {
      request.put("model", "rerank-2");
    }
    assertThat(body(path, request).path(message).asText())
        .isEqualTo("query has 40000 characters; expected at most 32768, because truncation is off");
  }

  @ParameterizedTest
  @EnumSource
  void blankTextsComeLastAndDoNotChangeTheOthers(Dialect dialect) throws Exception {
    List<String> texts = new ArrayList<>(BLANK);
    texts.add(2, SKY);
    texts.add(APPLE);
    List<Result> others = rank(blankLast, dialect, List.of(SKY, APPLE));
    assertThat(rank(blankLast, dialect, texts))
        .containsExactly(
            new Result(5, others.get(0).score),
            new Result(2, others.get(1).score),
            new Result(0, 0.0),
            new Result(1, 0.0),
            new Result(3, 0.0),
            new Result(4, 0.0));
  }

  @ParameterizedTest
  @EnumSource
  void blankTextsAloneAreAnAnswer(Dialect dialect) throws Exception {
    assertThat(rank(blankLast, dialect, BLANK))
        .containsExactly(
            new Result(0, 0.0), new Result(1, 0.0), new Result(2, 0.0), new Result(3, 0.0));
  }

  @ParameterizedTest
  @EnumSource
  void withoutTheSettingTheServiceDecides(Dialect dialect) throws Exception {
    switch (dialect) {
      case JINA, VLLM, VLLM_V2, TEI, INFINITY, SCORE, WEAVIATE ->
          assertThat(rank(DefaultBundle.handler(), dialect, List.of(APPLE, "", "\u00a0")))
              .hasSize(3)
              .endsWith(new Result(1, 0.0), new Result(2, 0.0));
      case VOYAGE -> {
        assertThat(rank(DefaultBundle.handler(), dialect, List.of(APPLE, " ", "\u00a0")))
            .hasSize(3);
        assertThat(refusal(dialect, "")).isEqualTo(400);
      }
      case BATCH -> assertThat(batchRefusals()).containsOnly("requests[0].candidates[1].text");
      case NATIVE, NATIVE_PASSAGES -> {
        assertThat(refusal(dialect, " ")).isEqualTo(422);
        assertThat(refusal(dialect, "\u00a0")).isEqualTo(422);
      }
      case COHERE_V1, COHERE_V1_FIELDS, COHERE_V2, BEDROCK, BEDROCK_JSON -> {
        assertThat(refusal(dialect, "")).isEqualTo(400);
        assertThat(refusal(dialect, "\u00a0")).isEqualTo(400);
      }
    }
  }

  private static int refusal(Dialect dialect, String blank) throws Exception {
    return post(
            DefaultBundle.handler(), dialect.path, dialect.request(QUERY, List.of(APPLE, blank)))
        .path("statusCode")
        .asInt();
  }

  private static List<String> batchRefusals() throws Exception {
    List<String> fields = new ArrayList<>();
    for (String blank : List.of(" ", "\u00a0")) {
      fields.add(
          body("/rerank", Dialect.BATCH.request(QUERY, List.of(APPLE, blank)))
              .at("/responses/0/error/field")
              .asText());
    }
    return fields;
  }

  private static JsonNode blankLast(String options, String candidates) throws Exception {
    return Lambda.invoke(
        blankLast,
        "{\"query\": \"%s\", %s \"candidates\": [%s]}".formatted(QUERY, options, candidates));
  }

  @Test
  void aBlankTextIsMarkedAndCounted() throws Exception {
    JsonNode reply = blankLast("", "\"\", \"An apple is often red.\"");
    assertThat(reply.at("/results/1").toString())
        .isEqualTo(
            "{\"id\":\"0\",\"index\":0,\"rank\":2,\"score\":0.0,\"scored\":false,\"truncated\":false}");
    assertThat(reply.at("/usage/candidates").asInt()).isEqualTo(2);
    assertThat(reply.at("/usage/scored").asInt()).isEqualTo(1);
    assertThat(reply.at("/usage/blank").asInt()).isEqualTo(1);
    assertThat(reply.path("warnings").toString())
        .isEqualTo(
            "[\"1 of 2 candidates has no text that can be read; such candidates come last, with the lowest score\"]");
  }

  @Test
  void theRawScoreOfABlankTextIsFiniteAndTheLeast() throws Exception {
    JsonNode reply = blankLast("\"raw_scores\": true,", "\"\", \"An apple is often red.\"");
    assertThat(reply.at("/results/1/score").asDouble()).isEqualTo(-100.0);
    JsonNode tei =
        body("/tei/rerank", Dialect.TEI.request(QUERY, List.of("", APPLE)).put("raw_scores", true));
    assertThat(tei.at("/1/score").asDouble()).isEqualTo(-100.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "top_k": 2, | 2
          "top_k": 4, | 4
          "min_score": 0, | 5
          "min_score": 1e-9, | 2
          "raw_scores": true, "min_score": -50, | 2
          "explain": true, | 5
          "passages": {"max_tokens": 16}, | 5
          "fusion": {"method": "linear"}, | 5
          "fusion": {"method": "linear", "normalize": "z-score"}, | 5
          "fusion": {"method": "rrf"}, | 5
          "fusion": {"method": "rrf"}, "raw_scores": true, | 5
          """)
  void everyOptionLeavesTheOthersAsTheyAre(String options, int results) throws Exception {
    String others =
        "{\"id\": \"sky\", \"text\": \"%s\", \"score\": 3}, {\"id\": \"apple\", \"text\": \"%s\", \"score\": 1}"
            .formatted(SKY, APPLE);
    JsonNode without = blankLast(options, others).path("results");
    JsonNode with =
        blankLast(
                options,
                "{\"id\": \"a\", \"text\": \"\", \"score\": 9}, {\"id\": \"b\", \"text\": \"\\u00a0\"},"
                    + others
                    + ", {\"id\": \"c\", \"text\": \" \", \"score\": -7}")
            .path("results");
    assertThat(with).hasSize(results);
    for (int i = 0; i < with.size(); i++) {
      ObjectNode result = (ObjectNode) with.path(i);
      assertThat(result.path("rank").asInt()).isEqualTo(i + 1);
      if (i < without.size()) {
        result.put("index", without.path(i).path("index").asInt());
        assertThat(result).isEqualTo(without.path(i));
      } else {
        assertThat(result.path("scored").asBoolean(true)).isFalse();
        assertThat(result.path("score").asDouble())
            .isLessThanOrEqualTo(with.path(i - 1).path("score").asDouble());
      }
    }
  }

  @Test
  void whenTimeRunsOutTheBlankTextsAreStillLast() throws Exception {
    JsonNode reply =
        blankLast(
            "\"budget_ms\": 1,", "\"\", " + ("\"" + LONG + "\",").repeat(3) + "\"" + SKY + "\"");
    JsonNode last = reply.path("results").path(4);
    assertThat(last.path("index").asInt()).isZero();
    assertThat(last.path("score").asDouble()).isZero();
  }
}
