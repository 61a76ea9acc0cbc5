package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.Lambda;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What vLLM's clients rely on. Its sources are named in docs/decisions.md. */
class VllmTest {
  private static final String QUERY = "what is the capital of australia";
  private static final String DOCUMENT =
      "the capital of australia is canberra and not sydney or melbourne";

  /** As many words as tokens. */
  private static String words(String text, int from, int to) {
    return String.join(" ", List.of(text.split(" ")).subList(from, to));
  }

  private static final int QUERY_TOKENS = 6;
  private static final int SPECIAL_TOKENS = 3;

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/rerank", "/v2/rerank", "/vllm/v2/rerank", "/v1/score"})
  void aPairIsCutToTheTokensThatTheCallerAllows(String path) {
    int limit = SPECIAL_TOKENS + QUERY_TOKENS + 7;
    double cut = score(path, QUERY, DOCUMENT, "\"truncate_prompt_tokens\": " + limit);
    assertThat(cut).isEqualTo(score(path, QUERY, words(DOCUMENT, 0, 7), NEUTRAL));
    assertThat(cut).isNotEqualTo(score(path, QUERY, DOCUMENT, NEUTRAL));
  }

  /** Has no effect, and still says that the caller is vLLM's. */
  private static final String NEUTRAL = "\"truncation_side\": \"right\"";

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/v1/score"})
  void theLongerOneIsCutAndBothToHalfWhereNeitherIsShort(String path) {
    String five = words(DOCUMENT, 0, 5);
    assertThat(score(path, DOCUMENT, five, "\"truncate_prompt_tokens\": 12"))
        .isEqualTo(score(path, words(DOCUMENT, 0, 5), words(DOCUMENT, 0, 4), NEUTRAL));
    assertThat(score(path, DOCUMENT, five, "\"truncate_prompt_tokens\": 14"))
        .isEqualTo(score(path, words(DOCUMENT, 0, 6), five, NEUTRAL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/v1/score"})
  void minusOneIsTheModelsWindow(String path) {
    String documents = DOCUMENT + " ";
    String whole = documents.repeat(60).strip();
    assertThat(score(path, QUERY, whole, "\"truncate_prompt_tokens\": -1"))
        .isEqualTo(score(path, QUERY, whole, NEUTRAL))
        .isEqualTo(score(path, QUERY, whole, "\"truncate_prompt_tokens\": 512"))
        .isEqualTo(score(path, QUERY, whole, "\"truncate_prompt_tokens\": 8192"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/v2/rerank", "/score"})
  void theEndIsKeptWhereTheBeginningIsCut(String path) {
    int limit = SPECIAL_TOKENS + QUERY_TOKENS + 7;
    assertThat(
            score(
                path,
                QUERY,
                DOCUMENT,
                "\"truncate_prompt_tokens\": %d, \"truncation_side\": \"left\"".formatted(limit)))
        .isEqualTo(score(path, QUERY, words(DOCUMENT, 4, 11), NEUTRAL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/rerank", "/v1/score"})
  void documentsAndQueriesHaveLimitsOfTheirOwn(String path) {
    assertThat(score(path, QUERY, DOCUMENT, "\"max_tokens_per_doc\": 6"))
        .isEqualTo(score(path, QUERY, words(DOCUMENT, 0, 6), NEUTRAL));
    assertThat(score(path, QUERY, DOCUMENT, "\"max_tokens_per_query\": 4"))
        .isEqualTo(score(path, words(QUERY, 0, 4), DOCUMENT, NEUTRAL));
    assertThat(
            score(path, QUERY, DOCUMENT, "\"max_tokens_per_query\": 0, \"max_tokens_per_doc\": 0"))
        .isEqualTo(score(path, QUERY, DOCUMENT, NEUTRAL));
  }

  @Test
  void cutTextsAreNamedInTheHeaderOfWarnings() {
    JsonNode reply =
        Api.post(
            "/v1/score",
            "{\"queries\": \"%s\", \"documents\": \"%s\", \"max_tokens_per_query\": 2, \"max_tokens_per_doc\": 2}"
                .formatted(QUERY, DOCUMENT));
    assertThat(reply.path("headers").path("x-snapranker-warnings").asText())
        .contains("the query has 6 tokens; its first 2 were used (the request's limits on tokens)")
        .contains("1 of 1 candidate was cut to fit the request's limits on tokens");
  }

  @ParameterizedTest
  @CsvSource({
    "queries, documents",
    "queries, items",
    "data_1, data_2",
    "text_1, text_2",
  })
  void scoresAreThoseOfRerankInEachForm(String first, String second) {
    String sydney = "sydney is the largest city";
    double canberraScore = score("/v1/rerank", QUERY, DOCUMENT, NEUTRAL);
    double sydneyScore = score("/v1/rerank", QUERY, sydney, NEUTRAL);
    double otherScore = score("/v1/rerank", "largest city", sydney, NEUTRAL);
    for (String path : List.of("/score", "/v1/score", "/vllm/score")) {
      String form = "{\"" + first + "\": %s, \"" + second + "\": %s}";
      assertThat(scores(path, form, string(QUERY), string(DOCUMENT)))
          .containsExactly(canberraScore);
      assertThat(scores(path, form, string(QUERY), list(sydney, DOCUMENT)))
          .containsExactly(sydneyScore, canberraScore);
      assertThat(scores(path, form, list(QUERY), list(sydney, DOCUMENT)))
          .containsExactly(sydneyScore, canberraScore);
      assertThat(
              scores(
                  path, form, list(QUERY, "largest city", QUERY), list(sydney, sydney, DOCUMENT)))
          .containsExactly(sydneyScore, otherScore, canberraScore);
    }
  }

  @Test
  void moreQueriesThanARequestOfManyMayHaveAreScoredInPairs() {
    List<String> queries = IntStream.range(0, 100).mapToObj(i -> "query " + i).toList();
    List<String> documents = IntStream.range(0, 100).mapToObj(i -> "text of query " + i).toList();
    String json =
        "{\"text_1\": %s, \"text_2\": %s}"
            .formatted(
                list(queries.toArray(String[]::new)), list(documents.toArray(String[]::new)));
    JsonNode body = Lambda.body(Api.post("/score", json));
    assertThat(body.path("data")).hasSize(100);
    assertThat(body.path("data").path(99).path("score").asDouble())
        .isEqualTo(score("/v1/rerank", "query 99", "text of query 99", NEUTRAL));
  }

  @Test
  void aPairWithoutADocumentHasTheLowestScoreAndDoesNotChangeTheOthers() {
    String form = "{\"queries\": %s, \"documents\": %s}";
    List<Double> scores = scores("/score", form, list(QUERY, "fruit"), list(DOCUMENT, " "));
    assertThat(scores.get(0)).isGreaterThan(0.5);
    assertThat(scores.get(1)).isLessThan(1e-4);
  }

  @Test
  void aScoreReplyIsVllms() {
    JsonNode body =
        Lambda.body(
            Api.post(
                "/v1/score",
                "{\"model\": \"snap-base\", \"text_1\": \"a\", \"text_2\": [\"b\", \"c\"], \"request_id\": \"mine\"}"));
    assertThat(body.path("id").asText()).isEqualTo("score-mine");
    assertThat(body.path("object").asText()).isEqualTo("list");
    assertThat(body.path("model").asText()).isEqualTo("snap-base");
    assertThat(body.path("created").isIntegralNumber()).isTrue();
    assertThat(body.path("usage").path("prompt_tokens").asInt())
        .isEqualTo(body.path("usage").path("total_tokens").asInt())
        .isEqualTo(10);
    assertThat(body.path("data").path(1).path("index").asInt()).isEqualTo(1);
    assertThat(body.path("data").path(1).path("object").asText()).isEqualTo("score");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/score, use_activation",
    "/v1/score, activation",
    "/v2/rerank, use_activation",
    "/v1/rerank, activation"
  })
  void withoutActivationScoresAreLogits(String path, String field) {
    double logit = score(path, QUERY, DOCUMENT, "\"" + field + "\": false");
    double score = score(path, QUERY, DOCUMENT, "\"" + field + "\": true");
    assertThat(logit).isGreaterThan(1);
    assertThat(1 / (1 + Math.exp(-logit))).isCloseTo(score, within(1e-6));
  }

  @Test
  void onCoheresV2PathOnlyVllmsFieldsMeanVllm() {
    String json = "{\"model\": \"rerank-v3.5\", \"query\": \"q\", \"documents\": [\"a\"]%s}";
    JsonNode vllm =
        Lambda.body(Api.post("/v2/rerank", json.formatted(", \"truncate_prompt_tokens\": -1")));
    assertThat(vllm.path("usage").path("prompt_tokens").asInt()).isEqualTo(5);
    assertThat(vllm.path("results").path(0).path("document").path("text").asText()).isEqualTo("a");
    for (String field : List.of("\"max_tokens_per_doc\": 9", "\"truncate_prompt_tokens\": null")) {
      JsonNode cohere = Lambda.body(Api.post("/v2/rerank", json.formatted(", " + field)));
      assertThat(cohere.has("usage")).as(cohere.toString()).isFalse();
      assertThat(cohere.path("results").path(0).has("document")).isFalse();
    }
    JsonNode refused =
        Api.post(
            "/v2/rerank",
            json.formatted(", \"truncate_prompt_tokens\": -1"),
            Map.of("x-client-name", "app"));
    assertThat(refused.path("statusCode").asInt()).isEqualTo(422);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"queries": ["q", "r"], "documents": ["a"]} | 400 | queries | queries has 2 texts and documents has 1; expected one text, or the same number in both (Input lengths must be either 1:1, 1:N or N:N)
          {"queries": ["q", "r"], "documents": ["a", "b", "c"]} | 400 | queries | queries has 2 texts and documents has 3
          {"text_1": "q"} | 400 | text_2 | text_2 is missing; expected a string or an array of strings
          {"model": "snap-base"} | 400 | queries | queries is missing
          {"queries": null, "documents": ["a"]} | 400 | queries | queries is missing
          {"queries": [], "documents": ["a"]} | 400 | queries | queries is empty
          {"queries": "q", "items": []} | 400 | items | items is empty
          {"queries": "q", "documents": {"content": []}} | 400 | documents | documents is an object; expected a string, because no model here reads images
          {"queries": ["q", 1], "documents": ["a", "b"]} | 400 | queries[1] | queries[1] is an integer; expected a string
          {"queries": "q", "documents": ["a", 1]} | 400 | documents[1] | documents[1] is an integer; expected a string
          {"queries": ["q", " "], "documents": ["a", "b"]} | 400 | queries[1] | queries[1] is blank; expected some text
          {"queries": "q", "documents": "a", "truncate_prompt_tokens": 0} | 400 | truncate_prompt_tokens | truncate_prompt_tokens is 0; expected -1 for the model's window, or a number of tokens
          {"queries": "q", "documents": "a", "truncate_prompt_tokens": -2} | 400 | truncate_prompt_tokens | truncate_prompt_tokens is -2; expected -1
          {"queries": "q", "documents": "a", "truncate_prompt_tokens": 4} | 400 | truncate_prompt_tokens | truncate_prompt_tokens is 4; expected -1 for the model's window, or at least 5, for the special tokens
          {"queries": "q", "documents": "a", "max_tokens_per_doc": -1} | 400 | max_tokens_per_doc | max_tokens_per_doc is -1; expected 0 for no limit, or a number of tokens
          {"queries": "q", "documents": "a", "max_tokens_per_query": 1.5} | 400 | max_tokens_per_query | max_tokens_per_query is a number with a fraction; expected an integer
          {"queries": "q", "documents": "a", "truncation_side": "middle"} | 400 | truncation_side | truncation_side is 'middle'; expected 'left' or 'right'
          {"queries": "q", "documents": "a", "model": "m"} | 404 | model | The model `m` does not exist. This function serves 'snap-base'
          {"queries": "q" | 400 | ~ | malformed JSON at line 1
          """)
  void aWrongRequestGetsVllmsErrorObject(String json, int status, String param, String message) {
    JsonNode reply = Api.post("/v1/score", json);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    JsonNode error = Lambda.body(reply).path("error");
    assertThat(error.path("message").asText()).startsWith(message);
    assertThat(error.path("code").asInt()).isEqualTo(status);
    assertThat(error.path("type").asText())
        .isEqualTo(status == 404 ? "NotFoundError" : "BadRequestError");
    assertThat(error.path("param").asText("~")).isEqualTo(param);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/rerank", "/v2/rerank", "/rerank", "/vllm/rerank", "/vllm/v2/rerank"})
  void oneStringIsAListOfOneDocument(String path) {
    String json = "{\"query\": \"%s\", \"documents\": %s, \"return_documents\": true, %s}";
    JsonNode one = Lambda.body(Api.post(path, json.formatted(QUERY, string(DOCUMENT), NEUTRAL)));
    JsonNode list = Lambda.body(Api.post(path, json.formatted(QUERY, list(DOCUMENT), NEUTRAL)));
    assertThat(one.path("results")).hasSize(1).isEqualTo(list.path("results"));
    assertThat(one.at("/results/0/document/text").asText()).isEqualTo(DOCUMENT);
  }

  @Test
  void oneStringMeansVllmOnCoheresV2PathAndIsRefusedByCohereAndJina() {
    String json =
        "{\"model\": \"snap-base\", \"query\": \"q\", \"documents\": \"%s\"}".formatted(DOCUMENT);
    assertThat(Lambda.body(Api.post("/v2/rerank", json)).at("/results/0/index").isInt()).isTrue();
    for (String path : List.of("/cohere/v2/rerank", "/jina/v1/rerank")) {
      JsonNode reply = Api.post(path, json);
      assertThat(reply.path("statusCode").asInt()).isEqualTo(400);
      assertThat(reply.path("body").asText()).contains("documents is a string; expected an array");
    }
  }

  @Test
  void rerankRefusesInVllmsWordsBesideJinas() {
    JsonNode body =
        Lambda.body(
            Api.post(
                "/v1/rerank",
                "{\"query\": \"q\", \"documents\": [\"a\"], \"truncate_prompt_tokens\": 3}"));
    assertThat(body.path("error").path("message")).isEqualTo(body.path("detail"));
    assertThat(body.path("error").path("param").asText()).isEqualTo("truncate_prompt_tokens");
    assertThat(body.path("error").path("code").asInt()).isEqualTo(400);
  }

  @Test
  void unknownFieldsAreIgnoredWithAWarning() {
    JsonNode reply =
        Api.post("/score", "{\"text_1\": \"q\", \"text_2\": \"a\", \"instructions\": \"x\"}");
    assertThat(reply.path("statusCode").asInt()).isEqualTo(200);
    assertThat(reply.path("headers").path("x-snapranker-warnings").asText())
        .contains("'instructions'");
  }

  private static double score(String path, String query, String document, String extra) {
    boolean score = path.endsWith("score");
    String json =
        (score
                ? "{\"queries\": \"%s\", \"documents\": \"%s\", %s}"
                : "{\"query\": \"%s\", \"documents\": [\"%s\"], %s}")
            .formatted(query, document, extra);
    JsonNode reply = Api.post(path, json);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(200);
    JsonNode body = Lambda.body(reply);
    JsonNode first = body.path(score ? "data" : "results").path(0);
    return first.path(score ? "score" : "relevance_score").asDouble();
  }

  private static List<Double> scores(String path, String form, String first, String second) {
    JsonNode data = Lambda.body(Api.post(path, form.formatted(first, second))).path("data");
    return IntStream.range(0, data.size())
        .mapToObj(i -> data.path(i).path("score").asDouble())
        .toList();
  }

  private static String string(String text) {
    return "\"" + text + "\"";
  }

  private static String list(String... texts) {
    return List.of(texts).stream()
        .map(VllmTest::string)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
