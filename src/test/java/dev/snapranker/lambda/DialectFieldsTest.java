package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.Lambda;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields that are null, that no service knows, and that only some of a path's services have. */
class DialectFieldsTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String WARNINGS = "x-snapranker-warnings";

  private static final Pattern SCORE = Pattern.compile("[sS]core\":([^,}n][^,}]*)");

  private static final String BODY =
      "{\"query\": \"capital of Australia\", \"documents\": [\"Kangaroos can leap.\", \"Canberra is"
          + " the capital.\"]";

  /** Each path with each of the requests that {@code openapi.json} shows for it. */
  static Stream<Arguments> requests() {
    return OpenApiTest.postPaths()
        .flatMap(path ->
            Api.OPEN_API
                .path("paths")
                .path(path)
                .at("/post/requestBody/content/application~1json/examples")
                .properties()
                .stream()
                .filter(example -> example.getKey().endsWith("Request"))
                .map(example ->
                    Arguments.of(path, example.getKey(), OpenApiTest.value(example.getValue()))));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("requests")
  void aFieldThatIsNullCountsAsLeftOut(String path, String example, JsonNode request) {
    Set<String> names = new TreeSet<>(Set.of("user", "nobody_knows"));
    addNames(Api.OPEN_API.path("components").path("schemas"), names);
    List<ObjectNode> withNull = new ArrayList<>();
    List<ObjectNode> without = new ArrayList<>();
    ObjectNode root = (ObjectNode) request;
    for (String name : names) {
      withNull.add(root.deepCopy().putNull(name));
      without.add(root.deepCopy().without(name));
    }
    changeWithin(root, root, withNull, without);
    JsonNode plain = comparable(Api.post(path, request.toString()));
    for (int i = 0; i < withNull.size(); i++) {
      JsonNode expected =
          without.get(i).equals(request)
              ? plain
              : comparable(Api.post(path, without.get(i).toString()));
      JsonNode actual = comparable(Api.post(path, withNull.get(i).toString()));
      assertThat(actual).as("%s", withNull.get(i)).isEqualTo(expected);
    }
  }

  /** ml-commons casts to Double what its parser takes for a BigDecimal: over 18 characters. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("requests")
  void anotherServicesScoreIsAShortDecimal(String path, String example, JsonNode request) {
    String body = Api.post(path, request.toString()).path("body").asText();
    assertThat(body).contains("core\":");
    if (!body.contains("\"logit\"")) { // a native reply has floats
      assertThat(SCORE.matcher(body).results().map(score -> score.group(1)))
          .isNotEmpty()
          .allSatisfy(number -> assertThat(number).contains(".").hasSizeLessThanOrEqualTo(18));
    }
  }

  /** The names of all properties of all requests. */
  private static void addNames(JsonNode schemas, Set<String> names) {
    for (var schema : schemas.properties()) {
      if (schema.getKey().endsWith("Request")) {
        schema.getValue().path("properties").fieldNames().forEachRemaining(names::add);
      }
    }
  }

  /** Each field of each object below {@code node}, once as null and once removed. */
  private static void changeWithin(
      JsonNode node, ObjectNode root, List<ObjectNode> withNull, List<ObjectNode> without) {
    for (JsonNode child : node) {
      changeEach(child, root, withNull, without);
    }
  }

  private static void changeEach(
      JsonNode node, ObjectNode root, List<ObjectNode> withNull, List<ObjectNode> without) {
    changeWithin(node, root, withNull, without);
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      names.add("nobody_knows");
      for (String name : names) {
        JsonNode value = object.remove(name);
        without.add(root.deepCopy());
        object.putNull(name);
        withNull.add(root.deepCopy());
        object.remove(name);
        if (value != null) {
          object.set(name, value);
        }
      }
    }
  }

  /** A reply without what differs from call to call, and without nulls in the caller's data. */
  private static JsonNode comparable(JsonNode reply) {
    ObjectNode kept = MAPPER.createObjectNode();
    kept.set("status", reply.path("statusCode"));
    kept.set("warnings", reply.path("headers").path(WARNINGS));
    kept.set("body", Lambda.body(reply));
    strip(kept);
    return kept;
  }

  private static void strip(JsonNode node) {
    switch (node) {
      case ObjectNode object -> {
        object.remove("timings_ms");
        object.remove("created");
        if (!object.path("rank").isInt()) { // a native result's id is the caller's
          object.remove("id");
        }
        object.properties().removeIf(field -> field.getValue().isNull());
        object.forEach(DialectFieldsTest::strip);
      }
      case ArrayNode array -> array.forEach(DialectFieldsTest::strip);
      default -> {}
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("requests")
  void anUnknownFieldIsRefusedOrIgnoredAsByTheService(
      String path, String example, JsonNode request) {
    ObjectNode unknown = request.<ObjectNode>deepCopy().put("nobody_knows", 1);
    JsonNode reply = Api.post(path, unknown.toString());
    int status =
        switch (example) {
          case "cohereV1Request", "cohereV2Request" -> path.equals("/v1/rerank") ? 200 : 422;
          case "voyageRequest" -> path.equals("/v1/rerank") ? 200 : 400;
          case "jinaRequest",
              "siliconFlowRequest",
              "infinityRequest",
              "teiRequest",
              "elasticsearchRequest",
              "vllmRequest",
              "scoreRequest",
              "pairsRequest",
              "weaviateRequest",
              "propertyRequest" ->
              200;
          default -> 400; // native and Bedrock
        };
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    if (status == 200) {
      String warning = "'nobody_knows' is not a known field and was ignored";
      assertThat(warnings(reply)).contains(warning);
      JsonNode meta = Lambda.body(reply).path("meta");
      if (!meta.isMissingNode()) {
        assertThat(meta.path("warnings").toString()).contains(warning);
      }
      assertThat(results(reply)).isEqualTo(results(Api.post(path, request.toString())));
    } else {
      assertThat(reply.path("body").asText()).contains("nobody_knows");
      assertThat(reply.path("headers").has(WARNINGS)).isFalse();
    }
  }

  private static JsonNode results(JsonNode reply) {
    JsonNode body = Lambda.body(reply);
    return body.has("results") ? body.path("results") : body.path("data");
  }

  @Test
  void coheresOwnClientsGetCoheresRefusalOnTheSharedPathToo() {
    String json = BODY + ", \"user\": \"u\"}";
    JsonNode reply = Api.post("/v1/rerank", json, Map.of("x-client-name", "app"));
    assertThat(reply.path("statusCode").asInt()).isEqualTo(422);
    assertThat(Lambda.body(reply).path("message").asText())
        .startsWith("unknown field: parameter 'user' is not a valid field. For proper usage,");
  }

  @Test
  void aMisspeltFieldIsIgnoredWithAHint() {
    assertThat(warnings(Api.post("/v1/rerank", BODY + ", \"topn\": 1}")))
        .containsExactly("'topn' is not a known field and was ignored; did you mean 'top_n'?");
    assertThat(warnings(Api.post("/tei/rerank", tei(", \"return_documents\": true"))))
        .containsExactly(
            "'return_documents' is not a known field and was ignored; did you mean 'return_text'?");
    // // No hint at a field that the caller has set.
    assertThat(warnings(Api.post("/v1/rerank", BODY + ", \"candidates\": [\"a\"]}")))
        .containsExactly("'candidates' is not a known field and was ignored");
  }

  @Test
  void anyNumberOfUnknownFieldsOfAnyNameMakesAShortHeader() {
    StringBuilder json = new StringBuilder(BODY);
    for (int i = 0; i < 20_000; i++) {
      json.append(", \"\\u0000\\r\\n\\u007fé😀\\\"")
          .append("n".repeat(i % 300))
          .append(i)
          .append("\": 1");
    }
    JsonNode reply = Api.post("/v1/rerank", json.append('}').toString());
    assertThat(reply.path("statusCode").asInt()).isEqualTo(200);
    String header = reply.path("headers").path(WARNINGS).asText();
    assertThat(header).hasSizeLessThan(1_100).matches("[\\x20-\\x7e]*");
    assertThat(warnings(reply)).hasSizeLessThan(10).last().asString().contains("more warnings");
    assertThat(Lambda.body(reply).at("/meta/warnings")).hasSize(9);
    assertThat(Lambda.body(reply).at("/meta/warnings/8").asText())
        .isEqualTo("there are 19992 more warnings about fields");
  }

  @Test
  void warningsAreInTheHeaderOfEachDialect() {
    String text = "\"" + "word ".repeat(600) + "\"";
    String cut = "1 of 1 candidate was cut to fit the model's window of 512 tokens";
    String bedrock =
        """
        {"queries": [{"type": "TEXT", "textQuery": {"text": "q"}}],
         "sources": [{"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument":
          {"text": %s}}}],
         "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL",
          "bedrockRerankingConfiguration": {"modelConfiguration":
           {"modelArn": "amazon.rerank-v1:0"}}}}
        """
            .formatted(text);
    assertThat(warnings(Api.post("/bedrock/rerank", bedrock))).containsExactly(cut);
    String list = "{\"model\": \"rerank-2\", \"query\": \"q\", \"%s\": [" + text + "]}";
    assertThat(warnings(Api.post("/voyage/v1/rerank", list.formatted("documents"))))
        .containsExactly(cut);
    assertThat(warnings(Api.post("/tei/rerank", list.formatted("texts"))))
        .containsExactly("'model' is not a known field and was ignored", cut);
    String entry = "{\"query\": \"q\", \"candidates\": [" + text + "]}";
    assertThat(warnings(Api.post("/rerank", entry))).containsExactly(cut);
    assertThat(warnings(Api.post("/rerank", "{\"requests\": [" + entry + "," + entry + "]}")))
        .containsExactly(cut);
    assertThat(Api.post("/v1/rerank", BODY + "}").path("headers").has(WARNINGS)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "raw_scores": true
          "raw_scores": "true"
          "use_activation": false
          """)
  void logitsAreForInfinitysAndVllmsClientsWhoAskForThem(String field) {
    double logit = score(Api.post("/v1/rerank", BODY + ", " + field + "}"));
    double score = score(Api.post("/v1/rerank", BODY + "}"));
    assertThat(1 / (1 + Math.exp(-logit))).isCloseTo(score, within(1e-9));
  }

  @Test
  void elasticsearchSendsTheNumberOfResultsToTei() {
    assertThat(Lambda.body(Api.post("/rerank", tei(", \"top_n\": 1, \"return_text\": true"))))
        .singleElement()
        .satisfies(best -> assertThat(best.path("text").asText()).startsWith("Canberra"));
  }

  @ParameterizedTest
  @CsvSource({"\"true\", true", "\"True\", true", "\"false\", false", "true, true", "false, false"})
  void documentsAreReturnedForTrueAsAString(String value, boolean returned) {
    String json = BODY + ", \"return_len\": \"true\", \"return_documents\": " + value + "}";
    JsonNode reply = Api.post("/v1/rerank", json);
    assertThat(Lambda.body(reply).at("/results/0").has("document")).isEqualTo(returned);
    assertThat(reply.path("headers").has(WARNINGS)).isFalse();
  }

  /** llama.cpp answers so on each of its paths. */
  @Test
  void textsOnTheSharedPathAreRankedAndAnsweredAsByTei() {
    String json = tei(", \"top_n\": 1, \"return_text\": true, \"documents\": null");
    JsonNode reply = Api.post("/v1/rerank", json);
    assertThat(Lambda.body(reply)).isEqualTo(Lambda.body(Api.post("/tei/rerank", json)));
    assertThat(Lambda.body(reply))
        .singleElement()
        .satisfies(best -> assertThat(best.path("text").asText()).startsWith("Canberra"));
    assertThat(Lambda.body(Api.post("/v1/rerank", BODY + ", \"texts\": [\"a\"]}")).path("results"))
        .hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/rerank", "/vllm/v2/rerank", "/infinity/rerank"})
  void numbersAndBooleansMayBeStrings(String path) {
    String lax = ", \"top_n\": \" 1 \", \"return_documents\": \"yes\", \"raw_scores\": 1}";
    String strict = ", \"top_n\": 1, \"return_documents\": true, \"raw_scores\": true}";
    JsonNode results = results(Api.post(path, BODY + lax));
    assertThat(results).hasSize(1).isEqualTo(results(Api.post(path, BODY + strict)));
    assertThat(results(Api.post(path, BODY + ", \"return_documents\": \"Off\"}")))
        .noneMatch(result -> result.has("document"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /v1/rerank | 400 | "top_n": "1.5" | top_n is a string; expected an integer
          /v1/rerank | 400 | "top_n": "99999999999" | top_n is a string; expected an integer
          /v1/rerank | 400 | "top_n": "9999999999" | top_n is out of range; expected 0..2147483647
          /v1/rerank | 400 | "top_n": true | top_n is true; expected an integer
          /v1/rerank | 400 | "return_documents": "maybe" | return_documents is a string; expected true or false
          /v1/rerank | 400 | "return_documents": 2 | return_documents is an integer; expected true or false
          /infinity/rerank | 422 | "top_n": "0" | top_n is 0; expected 1 or more
          /cohere/v2/rerank | 400 | "top_n": "1", "model": "snap-base" | top_n is a string; expected an integer
          """)
  void whatIsNoNumberOrBooleanIsRefused(String path, int status, String field, String message) {
    JsonNode reply = Api.post(path, BODY + ", " + field + "}");
    assertThat(reply.path("statusCode").asInt()).isEqualTo(status);
    assertThat(reply.path("body").asText()).contains(message);
  }

  /** What is told is what is allowed, also to a caller whose number has no room in an int. */
  @ParameterizedTest
  @CsvSource({
    "/v1/rerank, top_n, 0..2147483647",
    "/v1/rerank, truncate_prompt_tokens, -1..2147483647",
    "/v1/rerank, max_tokens_per_query, 0..2147483647",
    "/v1/rerank, max_tokens_per_doc, 0..2147483647",
    "/v1/rerank, max_chunks_per_doc, 1..2147483647",
    "/v1/rerank, overlap_tokens, 0..2147483647",
    "/infinity/rerank, top_n, 1..2147483647",
    "/voyage/v1/rerank, top_k, 1..2147483647",
    "/cohere/v1/rerank, top_n, 1..2147483647",
    "/cohere/v1/rerank, max_chunks_per_doc, 1..2147483647",
    "/cohere/v2/rerank, top_n, 1..2147483647",
    "/cohere/v2/rerank, max_tokens_per_doc, 1..2147483647",
    "/cohere/v2/rerank, priority, 0..999"
  })
  void anIntegerThatIsTooLargeIsToldTheRange(String path, String field, String range) {
    String body = BODY + ", \"model\": \"snap-base\", \"" + field + "\": 2147483648}";
    assertThat(Api.post(path, body).path("body").asText())
        .contains(field + " is out of range; expected " + range);
  }

  @Test
  void bedrockAndTeiTellTheRangeOfAnInteger() {
    assertThat(Api.post("/tei/rerank", tei(", \"top_n\": 2147483648")).path("body").asText())
        .contains("top_n is out of range; expected 1..2147483647");
    String bedrock =
        OpenApiTest.value(
                Api.OPEN_API
                    .at("/paths/~1bedrock~1rerank/post/requestBody/content/application~1json")
                    .path("examples")
                    .path("bedrockRequest"))
            .toString()
            .replaceFirst("\"numberOfResults\":2", "\"numberOfResults\":2147483648");
    assertThat(Api.post("/bedrock/rerank", bedrock).path("body").asText())
        .contains("numberOfResults is out of range; expected 1..1000");
  }

  @Test
  void siliconFlowsChunksOverlap() {
    String sentences = "Bananas are yellow and long and sweet. ".repeat(150);
    String json =
        "{\"query\": \"capital of Australia\", \"documents\": [\"" + sentences + "\"], %s}";
    int chunked = tokens(json.formatted("\"max_chunks_per_doc\": 1024"));
    int overlapping =
        tokens(json.formatted("\"max_chunks_per_doc\": 1024, \"overlap_tokens\": 80"));
    int first = tokens(json.formatted("\"max_chunks_per_doc\": 1"));
    assertThat(chunked).isGreaterThan(2 * first);
    assertThat(overlapping).isGreaterThan(chunked + 80);
  }

  @Test
  void siliconFlowsOwnDefaultIsTakenForAnyNumberOfDocuments() {
    String documents = String.join(", ", Collections.nCopies(200, "\"a\""));
    String json =
        "{\"query\": \"q\", \"documents\": [" + documents + "], \"max_chunks_per_doc\": 1024}";
    assertThat(Api.post("/v1/rerank", json).path("statusCode").asInt()).isEqualTo(200);
  }

  private static int tokens(String json) {
    return Lambda.body(Api.post("/v1/rerank", json)).at("/usage/total_tokens").asInt();
  }

  private static double score(JsonNode reply) {
    return Lambda.body(reply).at("/results/0/relevance_score").asDouble();
  }

  private static String tei(String more) {
    return BODY.replace("documents", "texts") + more + "}";
  }

  private static List<String> warnings(JsonNode reply) {
    List<String> warnings = new ArrayList<>();
    try {
      MAPPER
          .readTree(reply.path("headers").path(WARNINGS).asText())
          .forEach(warning -> warnings.add(warning.asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return warnings;
  }
}
