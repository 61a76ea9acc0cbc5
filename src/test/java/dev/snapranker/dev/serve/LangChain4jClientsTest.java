package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.cohere.CohereScoringModel;
import dev.langchain4j.model.jina.JinaScoringModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.model.voyageai.VoyageAiScoringModel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LangChain4j's scoring models with nothing changed but the URL. */
@Timeout(120)
class LangChain4jClientsTest {
  private static final String QUERY = "capital of Australia";
  private static final List<TextSegment> SEGMENTS =
      List.of(
          TextSegment.from("Kangaroos can leap nine metres."),
          TextSegment.from("Canberra is the capital of Australia."),
          TextSegment.from("Bananas are berries."));

  private static ScoringModel model(String service, String prefix, String name) {
    String base = RunningServer.url() + prefix + "/v1/";
    return switch (service) {
      case "cohere" ->
          CohereScoringModel.builder()
              .baseUrl(base)
              .apiKey("any")
              .modelName(name)
              .maxRetries(0)
              .build();
      case "jina" ->
          JinaScoringModel.builder()
              .baseUrl(base)
              .apiKey("any")
              .modelName(name)
              .maxRetries(0)
              .build();
      case "voyage" ->
          VoyageAiScoringModel.builder()
              .baseUrl(base)
              .apiKey("any")
              .modelName(name)
              .maxRetries(0)
              .build();
      default -> throw new IllegalArgumentException(service);
    };
  }

  private static final Map<String, String> NAMES =
      Map.of(
          "cohere", "rerank-multilingual-v3.0",
          "jina", "jina-reranker-v2-base-multilingual",
          "voyage", "rerank-2-lite");

  private static final String EMPTY =
      "invalid request: query must not be empty or be only whitespace";

  /** The whole message; it has the reply's body. */
  private static final Map<String, String> BLANK_QUERY =
      Map.of(
          "cohere",
              "status code: 400; body: \\{\"id\":\"[0-9a-f-]{36}\",\"message\":\"" + EMPTY + "\"}",
          "jina",
              "status code: 400; body: \\{\"detail\":\""
                  + EMPTY
                  + "\",\"message\":\""
                  + EMPTY
                  + "\",\"error\":\\{.*}}",
          "voyage", "\\{\"detail\":\"query is blank; expected some text\"}");

  @ParameterizedTest
  @ValueSource(strings = {"cohere", "jina", "voyage"})
  void scoresComeInTheOrderOfTheSegments(String service) {
    for (String prefix : List.of("", "/" + service)) {
      ScoringModel model = model(service, prefix, name(service));
      Response<List<Double>> scores = model.scoreAll(SEGMENTS, QUERY);
      assertThat(scores.content()).hasSize(3);
      assertThat(scores.content().get(1)).isGreaterThan(0.9);
      assertThat(scores.content().get(0)).isBetween(0.0, 0.5);
      assertThat(Objects.requireNonNull(scores.tokenUsage()).totalTokenCount()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cohere", "jina", "voyage"})
  void manyAtOnceGetTheSameScores(String service) {
    ScoringModel model = model(service, "", name(service));
    List<Double> alone = model.scoreAll(SEGMENTS, QUERY).content();
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<CompletableFuture<List<Double>>> replies =
          IntStream.range(0, 40)
              .mapToObj(_ ->
                  CompletableFuture.supplyAsync(
                      () -> model.scoreAll(SEGMENTS, QUERY).content(), callers))
              .toList();
      assertThat(replies).allSatisfy(reply -> assertThat(reply.join()).isEqualTo(alone));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cohere", "jina", "voyage"})
  void anErrorReachesTheCallerWithTheServicesTypeAndWords(String service) {
    boolean voyage = service.equals("voyage");
    // Its Cohere and Jina models have no types for failures.
    Class<?> type = voyage ? InvalidRequestException.class : RuntimeException.class;
    ScoringModel unknown = model(service, voyage ? "/voyage" : "", "other");
    assertThatThrownBy(() -> unknown.scoreAll(SEGMENTS, QUERY))
        .isExactlyInstanceOf(type)
        .hasMessageContaining(
            voyage
                ? "Model other is not supported."
                : "status code: 404; body: {\"detail\":\"model 'other' not found, make sure");
    ScoringModel known = model(service, "/" + service, name(service));
    assertThatThrownBy(() -> known.scoreAll(SEGMENTS, " "))
        .isExactlyInstanceOf(type)
        .hasMessageMatching(Objects.requireNonNull(BLANK_QUERY.get(service)));
  }

  private static String name(String service) {
    return Objects.requireNonNull(NAMES.get(service));
  }
}
