package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What Dify and RAGFlow post to a reranker, and what they read from the reply. They are servers, so
 * their requests are taken from their sources:
 *
 * <ul>
 *   <li>langgenius/dify-official-plugins at 7af2283 (21 August 2026), {@code
 *       models/NAME/models/rerank/rerank.py} of the named plugin, and {@code
 *       models/huggingface_tei/models/helper.py}
 *   <li>infiniflow/ragflow 0.27.0 at b1b8cd6 (22 August 2026), the named class of {@code
 *       rag/llm/rerank_model.py}
 * </ul>
 */
@Timeout(120)
class RagServersTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static final String QUERY = "\"query\": \"capital of Australia\"";
  private static final String TEXTS =
      "[\"Kangaroos can leap nine metres.\", \"Canberra is the capital of Australia.\", \"Bananas are berries.\"]";
  private static final String MODEL_QUERY_DOCUMENTS =
      "\"model\": \"snap-base\", " + QUERY + ", \"documents\": " + TEXTS;

  /**
   * @param results where the reply has them, as a JSON pointer
   * @param text what the sender reads of a result's text, as a JSON pointer; empty if it does not
   * @param tokens where it reads the tokens, as a JSON pointer; empty if it does not
   */
  record Posted(
      String sender, String path, String body, String results, String text, String tokens) {
    @Override
    public String toString() {
      return sender;
    }
  }

  private static Posted documents(
      String sender, String path, String more, String text, String tokens) {
    return new Posted(
        sender, path, "{" + MODEL_QUERY_DOCUMENTS + more + "}", "/results", text, tokens);
  }

  private static Posted texts(String sender, String more, String text) {
    return new Posted(
        sender, "/rerank", "{" + QUERY + ", \"texts\": " + TEXTS + more + "}", "", text, "");
  }

  static Stream<Posted> eachSendersRequestIsRanked() {
    return Stream.of(
        documents(
            "Dify openai_api_compatible 0.0.63",
            "/v1/rerank",
            ", \"top_n\": 3, \"return_documents\": true, \"score_threshold\": 0.8",
            "/document/text",
            "/usage/total_tokens"),
        texts("Dify huggingface_tei 0.1.10", ", \"return_text\": true", "/text"),
        documents(
            "Dify xinference 0.0.15",
            "/v1/rerank",
            ", \"top_n\": 3, \"max_chunks_per_doc\": null, \"return_documents\": true",
            "/document/text",
            ""),
        documents(
            "Dify jina 0.0.23",
            "/v1/rerank",
            ", \"top_n\": null, \"return_documents\": false",
            "",
            ""),
        documents(
            "Dify siliconflow 0.0.59",
            "/v1/rerank",
            ", \"top_n\": null, \"return_documents\": true",
            "/document/text",
            ""),
        documents("Dify localai 0.0.8, gpustack 0.0.15", "/v1/rerank", ", \"top_n\": 3", "", ""),
        new Posted(
            "Dify voyage",
            "/v1/rerank",
            "{" + MODEL_QUERY_DOCUMENTS + ", \"top_k\": 3, \"return_documents\": true}",
            "/data",
            "/document",
            ""),
        documents(
            "RAGFlow OpenAI_APIRerank, LocalAIRerank, NewAPIRerank, JinaRerank",
            "/v1/rerank",
            ", \"top_n\": 3",
            "",
            "/usage/total_tokens"),
        documents(
            "RAGFlow LocalAIRerank, base URL without /v1", "/rerank", ", \"top_n\": 3", "", ""),
        documents(
            "RAGFlow XInferenceRerank",
            "/v1/rerank",
            ", \"return_documents\": \"true\", \"return_len\": \"true\"",
            "",
            ""),
        documents(
            "RAGFlow SILICONFLOWRerank",
            "/v1/rerank",
            ", \"top_n\": 3, \"return_documents\": false, \"max_chunks_per_doc\": 1024, \"overlap_tokens\": 80",
            "",
            "/usage/total_tokens"),
        texts("RAGFlow HuggingfaceRerank", ", \"raw_scores\": false, \"truncate\": true", ""));
  }

  @ParameterizedTest
  @MethodSource
  void eachSendersRequestIsRanked(Posted posted) throws Exception {
    HttpResponse<String> response =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(RunningServer.url() + posted.path()))
                .header("content-type", "application/json")
                .header("authorization", "Bearer any")
                .POST(BodyPublishers.ofString(posted.body()))
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode reply = MAPPER.readTree(response.body());
    List<JsonNode> results =
        StreamSupport.stream(reply.at(posted.results()).spliterator(), false).toList();
    assertThat(results).extracting(result -> result.get("index").asInt()).startsWith(1).hasSize(3);
    String score = posted.results().isEmpty() ? "score" : "relevance_score";
    assertThat(results)
        .extracting(result -> result.get(score).asDouble())
        .satisfiesExactly(
            best -> assertThat(best).isBetween(0.9, 1.0),
            second -> assertThat(second).isBetween(0.0, 0.5),
            third -> assertThat(third).isBetween(0.0, 0.5));
    if (!posted.text().isEmpty()) {
      assertThat(results.getFirst().at(posted.text()).asText())
          .isEqualTo("Canberra is the capital of Australia.");
    }
    if (!posted.tokens().isEmpty()) {
      assertThat(reply.at(posted.tokens()).asInt()).isPositive();
    }
  }

  /** {@code _get_tei_extra_parameter}: Dify accepts only servers that describe a reranker. */
  @Test
  void difysTeiPluginFindsAReranker() throws Exception {
    JsonNode info =
        MAPPER.readTree(
            CLIENT
                .send(
                    HttpRequest.newBuilder(URI.create(RunningServer.url() + "/info")).build(),
                    BodyHandlers.ofString())
                .body());
    assertThat(info.get("model_type").fieldNames().next()).isEqualTo("reranker");
    assertThat(info.get("max_input_length").asInt()).isEqualTo(512);
    assertThat(info.get("max_client_batch_size").asInt()).isPositive();
  }
}
