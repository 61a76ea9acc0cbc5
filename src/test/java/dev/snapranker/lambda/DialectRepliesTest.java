package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.Lambda;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each service's clients rely on. */
class DialectRepliesTest {
  private static final String DOCUMENTS =
      "[\"Kangaroos can leap nine metres.\", \"Canberra is the capital of Australia.\"]";
  private static final String QUERY = "\"query\": \"capital of Australia\", ";

  /** Longer than the window, with what counts at its end. */
  private static final String LATE =
      "\""
          + "Bananas are yellow. ".repeat(130)
          + "Canberra is the capital of Australia. The capital was to be neither Sydney nor Melbourne,"
          + " so the Australian government chose a place between the two and built a city there."
          + " Parliament moved from Melbourne to Canberra, the new capital, in 1927. Australia's"
          + " government, its High Court and its national museums are all in Canberra today.\"";

  @ParameterizedTest
  @CsvSource({
    "/rerank, texts, tei",
    "/rerank, documents, jina",
    "/rerank, candidates, native",
    "/v1/rerank, documents, jina",
    "/v2/rerank, documents, cohere",
    "/cohere/v1/rerank, documents, cohere",
    "/cohere/v2/rerank, documents, cohere",
    "/jina/v1/rerank, documents, jina",
    "/voyage/v1/rerank, documents, voyage",
    "/tei/rerank, texts, tei",
    "/infinity/rerank, documents, infinity"
  })
  void everyPathRanksTheSame(String path, String field, String dialect) {
    boolean named = field.equals("documents");
    String json =
        "{%s%s\"%s\": %s}"
            .formatted(QUERY, named ? "\"model\": \"rerank-v3.5\", " : "", field, DOCUMENTS);
    JsonNode body = Lambda.body(Api.post(path, json));
    JsonNode results =
        switch (dialect) {
          case "tei" -> body;
          case "voyage" -> body.path("data");
          default -> body.path("results");
        };
    assertThat(results).as(body.toString()).hasSize(2);
    assertThat(results.path(0).path("index").asInt()).isEqualTo(1);
    String score =
        switch (dialect) {
          case "tei", "native" -> "score";
          default -> "relevance_score";
        };
    assertThat(results.path(0).path(score).asDouble()).isBetween(0.9, 1.0);
    assertThat(results.path(1).path(score).asDouble()).isBetween(0.0, 0.5);
  }

  /** As infinity 0.0.77 has it (fastapi_schemas/pymodels.py); LiteLLM fails on an object. */
  @Test
  void infinityReturnsADocumentAsAString() {
    String json = "{%s\"documents\": %s".formatted(QUERY, DOCUMENTS);
    JsonNode asked =
        Lambda.body(Api.post("/infinity/rerank", json + ", \"return_documents\": true}"));
    assertThat(asked.path("results").path(0).path("document").asText()).contains("Canberra");
    assertThat(asked.path("object").asText()).isEqualTo("rerank");
    assertThat(asked.path("usage").path("total_tokens").asInt()).isPositive();
    JsonNode plain =
        Lambda.body(
            Api.post(
                "/infinity/rerank",
                json
                    + ", \"model\": \"default/not-specified\", \"raw_scores\": true, \"top_n\": null}"));
    assertThat(plain.path("results")).hasSize(2);
    assertThat(plain.path("results").path(0).has("document")).isFalse();
    assertThat(plain.path("results").path(0).path("relevance_score").asDouble()).isGreaterThan(1);
    assertThat(plain.path("results").path(1).path("relevance_score").asDouble()).isNegative();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "model": "jina-reranker-m0"                         | jina
          "model": "jina-reranker-m0", "top_n": 1             | jina
          "model": "rerank-v3.5"                              | cohere
          "model": "rerank-english-v3.0"                      | cohere
          "model": "rerank-multilingual-v2.0"                 | cohere
          "model": "rerank-2.5-lite"                          | voyage
          "model": "rerank-v3.5", "top_k": 1                  | voyage
          "model": "rerank-v3.5", "truncation": true          | voyage
          "model": "rerank-v3.5", "rank_fields": ["text"]     | cohere
          "model": "rerank-v3.5", "max_chunks_per_doc": 2     | cohere
          "model": "rerank-2.5-lite", "top_n": 1              | jina
          "top_n": 1, "top_k": 1                              | jina
          "overlap_tokens": 20                                | cohere
          "top_k": null                                       | jina
          "truncation": null, "rank_fields": null             | jina
          "max_chunks_per_doc": null, "overlap_tokens": null  | jina
          "model": null                                       | jina
          """)
  void fieldsDecideTheDialectOfASharedPath(String extra, String dialect) {
    String json = "{" + QUERY + extra + ", \"documents\": " + DOCUMENTS + "}";
    assertThat(dialectOf(Lambda.body(Api.post("/v1/rerank", json)))).isEqualTo(dialect);
  }

  @Test
  void coheresOwnClientsSayWhoTheyAre() {
    String json = "{" + QUERY + "\"documents\": " + DOCUMENTS + "}";
    for (Map<String, String> headers :
        List.of(Map.of("x-client-name", "app"), Map.of("x-fern-sdk-name", "com.cohere:java"))) {
      assertThat(dialectOf(Lambda.body(Api.post("/v1/rerank", json, headers)))).isEqualTo("cohere");
    }
  }

  private static String dialectOf(JsonNode body) {
    if (body.has("data")) {
      return "voyage";
    }
    return body.at("/results/0").has("document") ? "jina" : "cohere";
  }

  @Test
  void allRepliesOfTheSharedPathButVoyagesHaveWhatEachServicesClientsRead() {
    for (String extra : List.of("\"model\": \"rerank-v3.5\"", "\"max_chunks_per_doc\": 2")) {
      String json = "{" + QUERY + extra + ", \"documents\": " + DOCUMENTS + "}";
      JsonNode body = Lambda.body(Api.post("/v1/rerank", json));
      assertThat(body.path("id").asText()).isNotEmpty();
      assertThat(body.at("/meta/billed_units/search_units").asInt()).isEqualTo(1);
      assertThat(body.at("/meta/tokens/input_tokens").asInt())
          .isEqualTo(body.at("/usage/prompt_tokens").asInt())
          .isEqualTo(body.at("/tokens/input_tokens").asInt())
          .isPositive();
    }
  }

  @Test
  void returnedDocumentsDefaultAsInEachService() {
    String json = "{\"model\": \"rerank-v3.5\", " + QUERY + "\"documents\": " + DOCUMENTS;
    String asked = json + ", \"return_documents\": true}";
    String refused = json + ", \"return_documents\": false}";
    String text = "Canberra is the capital of Australia.";
    for (String cohere : List.of("/cohere/v1/rerank", "/v2/rerank")) {
      assertThat(best(cohere, json + "}").has("document")).isFalse();
      assertThat(best(cohere, asked).path("document").path("text").asText()).isEqualTo(text);
    }
    assertThat(best("/jina/v1/rerank", json + "}").path("document").path("text").asText())
        .isEqualTo(text);
    assertThat(best("/jina/v1/rerank", refused).has("document")).isFalse();
    JsonNode voyage = Lambda.body(Api.post("/voyage/v1/rerank", json + "}")).path("data").path(0);
    assertThat(voyage.has("document")).isFalse();
    voyage = Lambda.body(Api.post("/voyage/v1/rerank", asked)).path("data").path(0);
    assertThat(voyage.path("document").asText()).isEqualTo(text);
  }

  @Test
  void usageAndMetaAreComplete() {
    String json = "{\"model\": \"rerank-v3.5\", " + QUERY + "\"documents\": " + DOCUMENTS + "}";
    JsonNode cohere = Lambda.body(Api.post("/v2/rerank", json));
    JsonNode meta = cohere.path("meta");
    assertThat(meta.path("api_version").path("version").asText()).isEqualTo("2");
    assertThat(meta.path("billed_units").path("search_units").asInt()).isEqualTo(1);
    int tokens = meta.path("tokens").path("input_tokens").asInt();
    assertThat(tokens).isBetween(20, 40);
    JsonNode jina =
        Lambda.body(Api.post("/v1/rerank", json.replace("rerank-v3.5", "jina-reranker-m0")));
    assertThat(jina.path("usage").path("total_tokens").asInt()).isEqualTo(tokens);
    assertThat(jina.path("usage").path("prompt_tokens").asInt()).isEqualTo(tokens);
    assertThat(jina.path("meta").path("billed_units").path("search_units").asInt()).isEqualTo(1);
    assertThat(jina.path("model").asText()).isNotEmpty();
    JsonNode voyage = Lambda.body(Api.post("/voyage/v1/rerank", json));
    assertThat(voyage.path("usage").path("total_tokens").asInt()).isEqualTo(tokens);
    assertThat(voyage.path("object").asText()).isEqualTo("list");
  }

  @Test
  void searchUnitsAreHundredsOfDocuments() {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      documents.add("\"word " + i + "\"");
    }
    String json = "{\"model\": \"rerank-v3.5\", " + QUERY + "\"documents\": " + documents + "}";
    JsonNode meta = Lambda.body(Api.post("/v2/rerank", json)).path("meta");
    assertThat(meta.path("billed_units").path("search_units").asInt()).isEqualTo(2);
  }

  @Test
  void cohereScoresALongDocumentAsItsBestChunk() {
    String json = "{\"model\": \"rerank-v3.5\", " + QUERY + "\"documents\": [" + LATE + "]";
    assertThat(score("/v2/rerank", json + "}")).isGreaterThan(0.8);
    assertThat(score("/v2/rerank", json + ", \"max_tokens_per_doc\": 100}")).isLessThan(0.5);
    assertThat(score("/cohere/v1/rerank", json + "}")).isGreaterThan(0.8);
    assertThat(score("/v1/rerank", json + ", \"max_chunks_per_doc\": 1}")).isLessThan(0.5);
    assertThat(score("/jina/v1/rerank", json + "}")).isLessThan(0.5);
    JsonNode cut = Lambda.body(Api.post("/v2/rerank", json + ", \"max_tokens_per_doc\": 100}"));
    assertThat(cut.path("meta").path("warnings").path(0).asText())
        .startsWith("1 of 1 candidate was");
  }

  @Test
  void cohereRanksByTheFieldsNamedAndKeepsTheOthers() {
    String json =
        "{"
            + QUERY
            + "\"return_documents\": true, \"documents\": ["
            + "{\"text\": \"Canberra is the capital of Australia.\", \"title\": \"Kangaroos\"},"
            + "{\"text\": \"Kangaroos can leap.\", \"title\": \"The capital of Australia\"}]";
    JsonNode byText = best("/cohere/v1/rerank", json + "}");
    assertThat(byText.path("index").asInt()).isZero();
    assertThat(byText.path("document").path("title").asText()).isEqualTo("Kangaroos");
    JsonNode byTitle = best("/v1/rerank", json + ", \"rank_fields\": [\"title\"]}");
    assertThat(byTitle.path("index").asInt()).isEqualTo(1);
  }

  @Test
  void aDocumentsFieldThatIsNullIsNotReturned() {
    String json =
        "{"
            + QUERY
            + "\"return_documents\": true, \"rank_fields\": [\"title\", \"text\"],"
            + " \"documents\": [{\"text\": null, \"title\": \"The capital of Australia\"}]}";
    JsonNode document = best("/cohere/v1/rerank", json).path("document");
    assertThat(document.path("title").asText()).isEqualTo("The capital of Australia");
    assertThat(document.has("text")).isFalse();
  }

  @Test
  void zeroMeansAllResultsInJinasDialect() {
    String json = "{" + QUERY + "\"top_n\": 0, \"documents\": " + DOCUMENTS + "}";
    assertThat(Lambda.body(Api.post("/v1/rerank", json)).path("results")).hasSize(2);
    assertThat(Lambda.body(Api.post("/rerank", json)).path("results")).hasSize(2);
  }

  @Test
  void jinaTakesQueryAndDocumentsAsObjects() {
    String json =
        "{\"model\": \"jina-reranker-v2-base-multilingual\", \"query\": {\"text\": \"capital of"
            + " Australia\"}, \"documents\": [{\"text\": \"Canberra is the capital of"
            + " Australia.\"}]}";
    assertThat(score("/jina/v1/rerank", json)).isGreaterThan(0.9);
  }

  @Test
  void teiGivesFiguresInHeaders() {
    JsonNode reply = Api.post("/rerank", "{\"query\": \"héé\", \"texts\": [\"a😀\", \"bcd\"]}");
    JsonNode headers = reply.path("headers");
    assertThat(headers.path("x-compute-type").asText()).isEqualTo("cpu");
    assertThat(headers.path("x-compute-characters").asText()).isEqualTo("11"); // 2 · 3 + 2 + 3
    assertThat(headers.path("x-compute-tokens").asInt()).isPositive();
    for (String time : List.of("compute", "total", "tokenization", "queue", "inference")) {
      assertThat(headers.path("x-" + time + "-time").asText()).matches("\\d+");
    }
  }

  @Test
  void teiGivesLogitsTextsAndTheEndOfALongTextWhenAsked() {
    String json = "{" + QUERY + "\"texts\": " + DOCUMENTS;
    JsonNode score = Lambda.body(Api.post("/rerank", json + "}")).path(0);
    assertThat(score.has("text")).isFalse();
    JsonNode raw =
        Lambda.body(Api.post("/rerank", json + ", \"raw_scores\": true, \"return_text\": true}"))
            .path(0);
    assertThat(1 / (1 + Math.exp(-raw.path("score").asDouble())))
        .isCloseTo(score.path("score").asDouble(), within(1e-9));
    assertThat(raw.path("text").asText()).startsWith("Canberra");
    String late = "{" + QUERY + "\"raw_scores\": true, \"texts\": [" + LATE + "]";
    double start = Lambda.body(Api.post("/rerank", late + "}")).path(0).path("score").asDouble();
    for (String left : List.of("left", "Left")) {
      String end = late + ", \"truncation_direction\": \"" + left + "\"}";
      assertThat(Lambda.body(Api.post("/rerank", end)).path(0).path("score").asDouble())
          .isGreaterThan(start + 5);
    }
  }

  @Test
  void teisInfoShowsModelAndLimits() {
    for (String path : List.of("/info", "/tei/info")) {
      JsonNode info = Lambda.body(Api.get(path));
      assertThat(info.path("model_type").has("reranker")).isTrue();
      assertThat(info.path("max_input_length").asInt()).isEqualTo(512);
      assertThat(info.path("max_client_batch_size").asInt()).isEqualTo(1000);
    }
    assertThat(Api.get("/tei/health").path("statusCode").asInt()).isEqualTo(200);
  }

  @Test
  void bedrockRanksJsonDocumentsByTheirValues() {
    String json =
        """
        {"queries": [{"type": "TEXT", "textQuery": {"text": "capital of Australia"}}],
         "sources": [
          {"type": "INLINE", "inlineDocumentSource": {"type": "JSON", "jsonDocument":
            {"animal": "kangaroo", "leap": {"metres": 9}}}},
          {"type": "INLINE", "inlineDocumentSource": {"type": "JSON", "jsonDocument":
            {"city": "Canberra", "facts": ["is the capital of Australia", null, true]}}},
          {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument":
            {"text": "Bananas are berries."}}}],
         "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL",
          "bedrockRerankingConfiguration": {"numberOfResults": 2, "modelConfiguration":
            {"modelArn": "arn:aws:bedrock:eu-west-1::foundation-model/cohere.rerank-v3-5:0"}}}}
        """;
    JsonNode results = Lambda.body(Api.post("/bedrock/rerank", json)).path("results");
    assertThat(results).hasSize(2);
    assertThat(results.path(0).path("index").asInt()).isEqualTo(1);
    assertThat(results.path(0).path("relevanceScore").asDouble()).isGreaterThan(0.5);
  }

  private static double score(String path, String json) {
    return best(path, json).path("relevance_score").asDouble();
  }

  private static JsonNode best(String path, String json) {
    JsonNode reply = Api.post(path, json);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(200);
    return Lambda.body(reply).path("results").path(0);
  }
}
