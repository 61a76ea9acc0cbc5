package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.BusyHandler;
import dev.snapranker.Lambda;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each failure has the status, body and wording of the service whose client asked. */
class DialectErrorsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /v2/rerank | {"query": "q", "documents": ["a"]} | 400 | a model parameter is required for this endpoint.
          /v2/rerank | {"model": null, "query": "q", "documents": ["a"]} | 400 | a model parameter is required for this endpoint.
          /v2/rerank | {"model": "", "query": "q", "documents": ["a"]} | 400 | a model parameter is required for this endpoint.
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": null} | 400 | invalid request: list of documents must not be empty
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a"], "priority": 1000} | 400 | invalid request: priority is 1000; expected 0..999
          /v2/rerank | {"model": "xyz", "query": "q", "documents": ["a"]} | 404 | model 'xyz' not found, make sure the correct model ID was used and that you have access to the model. This function serves 'snap-base'; the setting MODEL_ALIASES can map other names to a loaded model.
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": []} | 400 | invalid request: list of documents must not be empty
          /v2/rerank | {"model": "rerank-v3.5", "query": " ", "documents": ["a"]} | 400 | invalid request: query must not be empty or be only whitespace
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a", ""]} | 400 | invalid request: document at index 1 cannot be empty
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a", "\\u00a0"]} | 400 | invalid request: document at index 1 cannot be empty
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a"], "top_n": 0} | 400 | invalid request: top_n is 0; expected 1 or more
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": [{"text": "a"}]} | 400 | invalid request: documents[0] is an object; expected a string
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a"], "max_tokens_per_doc": 0} | 400 | invalid request: max_tokens_per_doc is 0; expected 1 or more
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a"], "rank_fields": ["a"]} | 422 | unknown field: parameter 'rank_fields' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/rerank (expected model, query, documents, top_n, max_tokens_per_doc, priority, return_documents)
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a"], "top_k": 1} | 422 | unknown field: parameter 'top_k' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/rerank (did you mean 'top_n'?)
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "documents": ["a"], "candidates": []} | 422 | unknown field: parameter 'candidates' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/rerank (expected model, query,
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "candidates": ["a"]} | 422 | unknown field: parameter 'candidates' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/rerank (did you mean 'documents'?)
          /cohere/v1/rerank | {"query": "q", "documents": ["a"], "texts": ["b"], "user": "u"} | 422 | unknown field: parameter 'texts' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/rerank (expected model, query, documents, top_n, rank_fields,
          /v2/rerank | { | 400 | invalid request: malformed JSON at line 1
          /cohere/v1/rerank | {"query": "q", "documents": ["a"], "rank_fields": []} | 400 | invalid request: rank_fields cannot be empty, it must either contain at least one field or be omitted
          /cohere/v1/rerank | {"query": "q", "documents": [{"title": "a"}]} | 400 | invalid request: documents[0].text is missing; expected a string
          /cohere/v1/rerank | {"query": "q", "documents": [{"title": "a"}], "rank_fields": ["body"]} | 400 | invalid request: document at index 0 cannot be empty
          /cohere/v1/rerank | {"query": "q", "documents": ["a"], "max_chunks_per_doc": 10000} | 400 | invalid request: number of total max chunks (number of documents * max chunks per doc) must be less than 10000
          /cohere/v1/rerank | {"query": "q"} | 400 | invalid request: list of documents must not be empty
          """)
  void cohere(String path, String json, int status, String message) {
    JsonNode reply = Api.post(path, json);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    assertThat(Lambda.body(reply).path("message").asText()).startsWith(message);
    assertThat(Lambda.body(reply).path("id").asText()).hasSize(36);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /v1/rerank | {"model": "BAAI/bge-reranker-v2-m3", "query": "q", "documents": ["a"]} | 404 | model 'BAAI/bge-reranker-v2-m3' not found, make sure the correct model ID was used and that you have access to the model. This function serves 'snap-base'; the setting MODEL_ALIASES can map other names to a loaded model.
          /v1/rerank | {"model": "jina-reranker-m0", "query": {"text": " "}, "documents": ["a"]} | 400 | invalid request: query must not be empty or be only whitespace
          /v1/rerank | {"model": "jina-reranker-m0", "query": {"image": "x"}, "documents": ["a"]} | 400 | invalid request: query.image is set; expected text only, because no model here reads images
          /v1/rerank | {"model": "jina-reranker-m0", "query": "q", "documents": [{"text": "a", "image": "x"}]} | 400 | invalid request: documents[0].image is set; expected text only, because no model here reads images
          /jina/v1/rerank | {"query": "q", "documents": ["a"]} | 400 | a model parameter is required for this endpoint.
          /v1/rerank | {"model": "jina-reranker-m0", "query": "q", "documents": ["a"], "top_n": -1} | 400 | invalid request: top_n is -1; expected 1 or more
          /v1/rerank | [] | 400 | invalid request: the request is an array; expected an object
          /rerank | {"query": "q", "documents": [1]} | 400 | invalid request: documents[0] is an integer; expected a string or an object with text
          """)
  void jina(String path, String json, int status, String detail) {
    JsonNode reply = Api.post(path, json);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    assertThat(Lambda.body(reply).path("detail").asText()).startsWith(detail);
    assertThat(Lambda.body(reply).path("message")).isEqualTo(Lambda.body(reply).path("detail"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"query": "q", "documents": ["a"]} | 400 | model is missing; expected a string
          {"model": "voyage-x", "query": "q", "documents": ["a"]} | 400 | Model voyage-x is not supported. This function serves 'snap-base'; the setting MODEL_ALIASES can map other names to a loaded model.
          {"model": "rerank-2", "query": "q", "documents": []} | 400 | documents is empty; expected at least one
          {"model": "rerank-2", "query": "q", "documents": ["a", ""]} | 400 | documents[1] is blank; expected some text
          {"model": "rerank-2", "query": "q", "documents": ["a"], "top_k": 0} | 400 | top_k is 0; expected 1 or more
          {"model": "rerank-2", "query": "q", "documents": ["a"], "top_n": 1} | 400 | The request body is not valid JSON, or some arguments were not specified properly. In particular, Argument 'top_n' is not supported by our API (did you mean 'top_k'?)
          {"model": "rerank-2", "query": "q", "documents": ["a", "LONG"], "truncation": false} | 400 | documents[1] has 1000 tokens; expected at most 508, because truncation is off
          {"model": "rerank-2", "query": "LONG", "documents": ["a"], "truncation": false} | 400 | query has 1000 tokens; expected at most 254, because truncation is off
          """)
  void voyage(String json, int status, String detail) {
    JsonNode reply = Api.post("/voyage/v1/rerank", json.replace("LONG", "cat ".repeat(1000)));
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    assertThat(Lambda.body(reply)).hasSize(1);
    assertThat(Lambda.body(reply).path("detail").asText()).isEqualTo(detail);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"query": "q"} | 422 | documents | documents is missing; expected an array of strings
          {"query": "q", "documents": [{"text": "a"}]} | 422 | documents[0] | documents[0] is an object; expected a string
          {"query": "q", "documents": ["a"], "top_n": 0} | 422 | top_n | top_n is 0; expected 1 or more
          {"model": "other", "query": "q", "documents": ["a"]} | 400 | model | ModelNotDeployedError: model=`other` does not support `rerank`. Reason: This function serves 'snap-base'; the setting MODEL_ALIASES can map other names to a loaded model.
          """)
  void infinity(String json, int status, String param, String message) {
    JsonNode reply = Api.post("/infinity/rerank", json);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    JsonNode error = Lambda.body(reply).path("error");
    assertThat(error.path("message").asText()).isEqualTo(message);
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("code").asInt()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"query": "q", "texts": []} | 400 | Empty | `texts` cannot be empty
          {"query": " ", "texts": ["a"]} | 400 | Empty | `query` cannot be empty
          {"texts": ["a"]} | 422 | Validation | `query` cannot be empty
          {"query": "q", "texts": ["a"], "truncation_direction": "up"} | 422 | Validation | truncation_direction is 'up'; expected left or right
          {"query": "q", "texts": ["a"], "top_n": 0} | 422 | Validation | top_n is 0; expected 1 or more
          {"query": "q", "texts": ["LONG"], "truncate": false} | 422 | Validation | texts[0] has 1000 tokens; expected at most 508, because truncation is off
          {"query": "q", "texts": ["a"], "raw_scores": 1} | 422 | Validation | raw_scores is an integer; expected true or false
          {"query": "q", "texts": ["a" | 422 | Validation | malformed JSON at line 1, column 29: Unexpected end-of-input: expected close marker for Array (start marker at line 1, column 25)
          """)
  void tei(String json, int status, String type, String error) {
    JsonNode reply = Api.post("/tei/rerank", json.replace("LONG", "cat ".repeat(1000)));
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    assertThat(Lambda.body(reply).path("error").asText()).isEqualTo(error);
    assertThat(Lambda.body(reply).path("error_type").asText()).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "queries": [] | 400 | ValidationException | queries has 0 entries; expected 1
          "queries": [Q, Q] | 400 | ValidationException | queries has 2 entries; expected 1
          "queries": [{"type": "IMAGE", "textQuery": {"text": "q"}}] | 400 | ValidationException | queries[0].type is 'IMAGE'; expected TEXT
          "queries": [{"type": "TEXT", "textQuery": {"text": " "}}] | 400 | ValidationException | queries[0].textQuery.text is blank; expected some text
          "sources": [] | 400 | ValidationException | sources is empty; expected at least one
          "sources": [S, {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": ""}}}] | 400 | ValidationException | sources[1] is blank; expected some text
          "sources": [S, {"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": "\\u00a0"}}}] | 400 | ValidationException | sources[1] has no character that the model knows; expected text in a language that the model reads
          "sources": [{"type": "S3", "inlineDocumentSource": {}}] | 400 | ValidationException | sources[0].type is 'S3'; expected INLINE
          "sources": [{"type": "INLINE", "inlineDocumentSource": {"type": "PDF"}}] | 400 | ValidationException | sources[0].inlineDocumentSource.type is 'PDF'; expected TEXT or JSON
          "sources": [{"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": "a"}, "jsonDocument": {}}}] | 400 | ValidationException | sources[0].inlineDocumentSource.jsonDocument is set; expected none, because the type is TEXT
          "sources": [{"type": "INLINE", "inlineDocumentSource": {"type": "JSON", "textDocument": {"text": "a"}, "jsonDocument": {}}}] | 400 | ValidationException | sources[0].inlineDocumentSource.textDocument is set; expected none, because the type is JSON
          "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": {"modelConfiguration": {"modelArn": "amazon.rerank-v1:0", "additionalModelRequestFields": 5}}} | 400 | ValidationException | rerankingConfiguration.bedrockRerankingConfiguration.modelConfiguration.additionalModelRequestFields is set; expected no field
          "nextToken": "x" | 400 | ValidationException | nextToken is set; expected none, because the first reply has all results
          "rerankingConfiguration": C, "C": 1 | 400 | ValidationException | C is not a known field; expected queries, sources, rerankingConfiguration, nextToken
          "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": {"numberOfResults": 0, "modelConfiguration": {"modelArn": "amazon.rerank-v1:0"}}} | 400 | ValidationException | rerankingConfiguration.bedrockRerankingConfiguration.numberOfResults is 0; expected 1..1000
          "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": {"modelConfiguration": {"modelArn": "amazon.rerank-v1:0", "additionalModelRequestFields": {"a": 1}}}} | 400 | ValidationException | rerankingConfiguration.bedrockRerankingConfiguration.modelConfiguration.additionalModelRequestFields is set; expected no field
          "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": {"modelConfiguration": {"modelArn": "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.x"}}} | 404 | ResourceNotFoundException | Could not resolve the foundation model from the provided model identifier. This function serves 'snap-base'; the setting MODEL_ALIASES can map other names to a loaded model.
          """)
  void bedrock(String change, int status, String type, String message) {
    Map<String, String> parts =
        Map.of(
            "Q", "{\"type\": \"TEXT\", \"textQuery\": {\"text\": \"q\"}}",
            "S",
                "{\"type\": \"INLINE\", \"inlineDocumentSource\": {\"type\": \"TEXT\","
                    + " \"textDocument\": {\"text\": \"a\"}}}",
            "C",
                "{\"type\": \"BEDROCK_RERANKING_MODEL\", \"bedrockRerankingConfiguration\":"
                    + " {\"modelConfiguration\": {\"modelArn\":"
                    + " \"arn:aws:bedrock:eu-west-1::foundation-model/amazon.rerank-v1:0\"}}}");
    StringBuilder json = new StringBuilder("{").append(change);
    Map.of("queries", "[Q]", "sources", "[S]", "rerankingConfiguration", "C")
        .forEach((name, value) -> {
          if (!change.startsWith("\"" + name + "\"")) {
            json.append(", \"").append(name).append("\": ").append(value);
          }
        });
    String posted = json.append('}').toString();
    for (Map.Entry<String, String> part : parts.entrySet()) {
      posted = posted.replaceAll("(?<=[\\[ ])" + part.getKey() + "(?=[],}])", part.getValue());
    }
    JsonNode reply = Api.post("/rerank", posted);
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    assertThat(reply.path("headers").path("x-amzn-ErrorType").asText()).isEqualTo(type);
    assertThat(Lambda.body(reply).path("message").asText()).isEqualTo(message);
  }

  @Test
  void lackOfTimeIsReportedInEachDialect() {
    String documents = "{\"model\": \"rerank-v3.5\", \"query\": \"q\", \"documents\": [\"a\"]}";
    String texts = "{\"query\": \"q\", \"texts\": [\"a\"]}";
    assertThat(hurried("/v2/rerank", documents).path("statusCode").asInt()).isEqualTo(504);
    assertThat(hurried("/v1/rerank", documents).path("statusCode").asInt()).isEqualTo(504);
    assertThat(hurried("/voyage/v1/rerank", documents).path("statusCode").asInt()).isEqualTo(504);
    JsonNode tei = hurried("/rerank", texts);
    assertThat(tei.path("statusCode").asInt()).isEqualTo(503);
    assertThat(Lambda.body(tei).path("error_type").asText()).isEqualTo("Unhealthy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          /v1/rerank | {"query": "q", "candidates": ["a"]} | invalid request: list of documents must not be empty ('candidates' is not a known field here)
          /jina/v1/rerank | {"model": "snap-base", "Query": "q", "documents": ["a"]} | invalid request: query must not be empty or be only whitespace ('Query' is not a known field here)
          /tei/rerank | {"query": "q", "documents": ["a"]} | `texts` cannot be empty ('documents' is not a known field here)
          /infinity/rerank | {"query": "q", "texts": ["a"]} | documents is missing; expected an array of strings; 'texts' is not a known field here
          /weaviate/rerank | {"query": "q", "passages": ["a"]} | documents is missing; expected an array of strings, or one text in property; 'passages' is not a known field here
          /score | {"query": "q", "document": "a", "queries": "q"} | documents is missing; expected a string or an array of strings; 'document' is not a known field here
          """)
  void aMissingFieldsMessageNamesTheFieldThatWasSentInItsPlace(
      String path, String json, String message) {
    assertThat(Api.post(path, json).path("body").asText()).contains(message);
  }

  @Test
  void aNullIsNotSentInTheMissingFieldsPlace() {
    JsonNode reply = Api.post("/tei/rerank", "{\"query\": \"q\", \"documents\": null}");
    assertThat(Lambda.body(reply).path("error").asText()).isEqualTo("`texts` cannot be empty");
  }

  @Test
  void overloadIsReportedInTheDialectOfTheBody() {
    HttpRequest tei =
        new HttpRequest(
            "POST", "/rerank", Map.of(), "{\"query\": \"q\", \"texts\": [\"a\"]}", false);
    try (BusyHandler busy = new BusyHandler()) {
      JsonNode reply = Lambda.invoke(busy.handler(), Payload2.event(tei, "", "192.0.2.1"));
      assertThat(reply.path("statusCode").asInt()).isEqualTo(429);
      assertThat(reply.path("headers").path("retry-after").asText()).isEqualTo("1");
      assertThat(Lambda.body(reply).path("error_type").asText()).isEqualTo("Overloaded");
    }
  }

  @Test
  void aWrongMethodIsRefusedInTheDialectOfThePath() {
    JsonNode reply = Api.call("DELETE", "/v2/rerank", "", Map.of(), 30_000);
    assertThat(reply.path("statusCode").asInt()).isEqualTo(405);
    assertThat(reply.path("headers").path("allow").asText()).isEqualTo("POST");
    assertThat(Lambda.body(reply).path("message").asText())
        .isEqualTo("the path /v2/rerank does not allow this method; expected POST");
  }

  private static JsonNode hurried(String path, String json) {
    return Api.call("POST", path, json, Map.of(), 100);
  }
}
