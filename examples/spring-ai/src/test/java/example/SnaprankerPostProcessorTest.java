package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.advisor.api.AdvisorChain;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.advisor.RetrievalAugmentationAdvisor;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;

/** Against a running function: {@code ./snapranker serve}, and its URL as {@code -Dsnapranker.url}. */
class SnaprankerPostProcessorTest {
  private static final String URL =
      Objects.requireNonNull(
          System.getProperty("snapranker.url"),
          "name a running server, such as -Dsnapranker.url=http://localhost:8080");

  private static final Document KANGAROO =
      Document.builder()
          .text("Kangaroos can leap nine metres.")
          .metadata("page", 3)
          .score(0.9)
          .build();
  private static final Document CAPITAL =
      Document.builder()
          .text("Canberra is the capital of Australia.")
          .metadata("page", 7)
          .score(0.4)
          .build();
  private static final Document BANANA = new Document("Bananas are berries."); // no score

  private final SnaprankerPostProcessor reranker = new SnaprankerPostProcessor(client(), 2);

  private static RestClient client() {
    return RestClient.create(URL);
  }

  @Test
  void theBestAnswerComesFirstWithItsScore() {
    List<Document> ranked =
        reranker.process(
            new Query("capital of Australia"), List.of(KANGAROO, BANANA, CAPITAL));
    assertThat(ranked).hasSize(2);
    assertThat(ranked.getFirst().getId()).isEqualTo(CAPITAL.getId());
    assertThat(ranked.getFirst().getText()).isEqualTo(CAPITAL.getText());
    assertThat(ranked.getFirst().getMetadata()).containsEntry("page", 7);
    assertThat(ranked.getFirst().getScore()).isBetween(0.9, 1.0);
    assertThat(ranked.getLast().getScore()).isBetween(0.0, 0.5);
  }

  @Test
  void theAdvisorHandsTheModelWhatWasReranked() {
    RetrievalAugmentationAdvisor advisor =
        RetrievalAugmentationAdvisor.builder()
            .documentRetriever(_ -> List.of(KANGAROO, BANANA, CAPITAL))
            .documentPostProcessors(new SnaprankerPostProcessor(client(), 1))
            .build();
    ChatClientRequest augmented =
        advisor.before(
            new ChatClientRequest(new Prompt("capital of Australia"), Map.of()), new AdvisorChain() {});
    assertThat(augmented.prompt().getContents())
        .contains("Canberra is the capital of Australia.")
        .doesNotContain("Kangaroos", "Bananas");
  }

  @Test
  void documentsWithoutTextAreLeftOut() {
    Document image =
        new Document(
            Media.builder()
                .mimeType(MimeTypeUtils.IMAGE_PNG)
                .data(URI.create("https://example.com/a.png"))
                .build(),
            Map.of());
    Query query = new Query("capital of Australia");
    Document blank = new Document(" ");
    assertThat(reranker.process(query, List.of(image, blank, CAPITAL)))
        .extracting(Document::getId)
        .containsExactly(CAPITAL.getId());
    assertThat(reranker.process(query, List.of(image, blank))).isEmpty();
    assertThat(reranker.process(query, List.of())).isEmpty();
  }

  @Test
  void aRefusalSaysWhatIsWrong() {
    SnaprankerPostProcessor none = new SnaprankerPostProcessor(client(), 0);
    assertThatThrownBy(() -> none.process(new Query("q"), List.of(CAPITAL)))
        .isInstanceOf(RestClientResponseException.class)
        .hasMessageContaining("422")
        .hasMessageContaining("top_k is 0");
  }
}
