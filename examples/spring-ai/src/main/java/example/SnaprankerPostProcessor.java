package example;

import java.util.List;
import java.util.Objects;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/**
 * Reranks a retriever's documents with a Snapranker function. The function's score, 0..1, replaces the
 * retriever's score.
 *
 * <pre>{@code
 * RestClient client = RestClient.builder().baseUrl(apiUrl).defaultHeader("x-api-key", key).build();
 * RetrievalAugmentationAdvisor.builder()
 *     .documentRetriever(retriever) // topK 50 or 100: the reranker picks the best of them
 *     .documentPostProcessors(new SnaprankerPostProcessor(client, 5))
 *     .build();
 * }</pre>
 */
public final class SnaprankerPostProcessor implements DocumentPostProcessor {
  private final RestClient client;
  private final int topK;

  /**
   * @param client a client with the function's API as its base URL. Its credentials are a default
   *     header, {@code authorization} or {@code x-api-key}, or an interceptor that signs with SigV4
   * @param topK how many documents to keep
   */
  public SnaprankerPostProcessor(RestClient client, int topK) {
    this.client = client;
    this.topK = topK;
  }

  /**
   * @throws org.springframework.web.client.RestClientResponseException if the function refuses the
   *     request; its message contains the error's code, message and field
   */
  @Override
  public List<Document> process(Query query, List<Document> documents) {
    List<Document> texts = documents.stream().filter(SnaprankerPostProcessor::hasText).toList();
    if (texts.isEmpty()) {
      return texts;
    }
    Reply reply =
        client
            .post()
            .uri("/rerank")
            .contentType(MediaType.APPLICATION_JSON)
            .body(new Request(query.text(), topK, texts.stream().map(Candidate::of).toList()))
            .retrieve()
            .body(Reply.class);
    return Objects.requireNonNull(reply).results().stream()
        .map(result -> texts.get(result.index()).mutate().score(result.score()).build())
        .toList();
  }

  /** Whether the document has text. Images have none, and the function refuses blank texts. */
  private static boolean hasText(Document document) {
    return document.isText() && !document.getText().isBlank();
  }

  private record Request(String query, int top_k, List<Candidate> candidates) {}

  /**
   * @param score the retriever's score, which orders documents with equal logits; null for none
   */
  private record Candidate(String text, Double score) {
    static Candidate of(Document document) {
      return new Candidate(document.getText(), document.getScore());
    }
  }

  private record Reply(List<Result> results) {}

  private record Result(int index, double score) {}
}
