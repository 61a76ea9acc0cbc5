package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.cohere.api.AsyncCohere;
import com.cohere.api.Cohere;
import com.cohere.api.core.CohereApiException;
import com.cohere.api.errors.BadRequestError;
import com.cohere.api.errors.NotFoundError;
import com.cohere.api.requests.RerankRequest;
import com.cohere.api.resources.v2.requests.V2RerankRequest;
import com.cohere.api.resources.v2.types.V2RerankResponse;
import com.cohere.api.types.RerankRequestDocumentsItem;
import com.cohere.api.types.RerankResponse;
import com.cohere.api.types.RerankResponseResultsItem;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cohere's own Java client, v1 and v2, with nothing changed but the URL. */
@Timeout(120)
class CohereClientTest {
  private static final Cohere CLIENT =
      Cohere.builder().token("any").url(RunningServer.url()).maxRetries(0).build();
  private static final AsyncCohere ASYNC =
      AsyncCohere.builder().token("any").url(RunningServer.url()).maxRetries(0).build();
  private static final String QUERY = "capital of Australia";
  private static final List<String> DOCUMENTS =
      List.of("Kangaroos can leap nine metres.", "Canberra is the capital of Australia.");

  @Test
  void v2Ranks() {
    V2RerankResponse response = CLIENT.v2().rerank(v2("rerank-v3.5"));
    assertThat(response.getResults()).hasSize(2);
    assertThat(response.getResults().getFirst().getIndex()).isEqualTo(1);
    assertThat(response.getResults().getFirst().getRelevanceScore()).isGreaterThan(0.9f);
    assertThat(response.getId()).isPresent();
    assertThat(response.getMeta().orElseThrow().getBilledUnits().orElseThrow().getSearchUnits())
        .contains(1.0);
    assertThat(response.getMeta().orElseThrow().getApiVersion().orElseThrow().getVersion())
        .isEqualTo("2");
  }

  @Test
  void v1RanksStringsAndObjectsAndReturnsThem() {
    RerankResponse response =
        CLIENT.rerank(
            RerankRequest.builder()
                .query(QUERY)
                .documents(
                    List.of(
                        RerankRequestDocumentsItem.of(DOCUMENTS.getFirst()),
                        RerankRequestDocumentsItem.of(
                            Map.of("text", DOCUMENTS.getLast(), "title", "Cities"))))
                .returnDocuments(true)
                .topN(1)
                .build());
    assertThat(response.getResults()).hasSize(1);
    RerankResponseResultsItem best = response.getResults().getFirst();
    assertThat(best.getIndex()).isEqualTo(1);
    assertThat(best.getDocument().orElseThrow().getText()).isEqualTo(DOCUMENTS.getLast());
    assertThat(best.getDocument().orElseThrow().getAdditionalProperties())
        .containsEntry("title", "Cities");
    assertThat(response.getMeta().orElseThrow().getApiVersion().orElseThrow().getVersion())
        .isEqualTo("1");
  }

  @Test
  void v1LeavesDocumentsOutUnlessAsked() {
    RerankResponse response =
        CLIENT.rerank(
            RerankRequest.builder()
                .query(QUERY)
                .documents(DOCUMENTS.stream().map(RerankRequestDocumentsItem::of).toList())
                .model("rerank-english-v3.0")
                .build());
    assertThat(response.getResults().getFirst().getDocument()).isEmpty();
  }

  @Test
  void asynchronousCallsGetTheSame() {
    float alone = CLIENT.v2().rerank(v2("rerank-v3.5")).getResults().getFirst().getRelevanceScore();
    List<CompletableFuture<V2RerankResponse>> responses =
        IntStream.range(0, 40).mapToObj(_ -> ASYNC.v2().rerank(v2("rerank-v3.5"))).toList();
    assertThat(responses)
        .allSatisfy(response ->
            assertThat(response.join().getResults().getFirst().getRelevanceScore())
                .isEqualTo(alone));
    assertThat(
            catchThrowableOfType(
                CompletionException.class, () -> ASYNC.v2().rerank(v2("xyz")).join()))
        .hasCauseExactlyInstanceOf(NotFoundError.class);
  }

  @Test
  void asynchronousV1CallsGetTheSame() {
    float alone = CLIENT.rerank(v1()).getResults().getFirst().getRelevanceScore();
    List<CompletableFuture<RerankResponse>> responses =
        IntStream.range(0, 40).mapToObj(_ -> ASYNC.rerank(v1())).toList();
    assertThat(responses)
        .allSatisfy(response -> {
          RerankResponse got = response.join();
          assertThat(got.getResults().getFirst().getRelevanceScore()).isEqualTo(alone);
          assertThat(got.getResults().getFirst().getDocument()).isEmpty();
        });
    RerankRequest none = RerankRequest.builder().query(QUERY).documents(List.of()).build();
    CompletionException e =
        catchThrowableOfType(CompletionException.class, () -> ASYNC.rerank(none).join());
    assertThat(e.getCause())
        .isInstanceOfSatisfying(
            BadRequestError.class,
            cause ->
                assertThat(String.valueOf(cause.body()))
                    .contains("invalid request: list of documents must not be empty"));
  }

  @Test
  void anUnknownModelIsNotFound() {
    NotFoundError e =
        catchThrowableOfType(NotFoundError.class, () -> CLIENT.v2().rerank(v2("xyz")));
    assertThat(e.statusCode()).isEqualTo(404);
    assertThat(String.valueOf(e.body()))
        .contains("model 'xyz' not found, make sure the correct model ID was used");
  }

  @Test
  void aBadRequestIsReportedInCoheresWords() {
    BadRequestError e =
        catchThrowableOfType(
            BadRequestError.class,
            () ->
                CLIENT
                    .v2()
                    .rerank(
                        V2RerankRequest.builder()
                            .model("rerank-v3.5")
                            .query(QUERY)
                            .documents(List.of())
                            .build()));
    assertThat(String.valueOf(e.body()))
        .contains("invalid request: list of documents must not be empty");
    CohereApiException chunks =
        catchThrowableOfType(
            CohereApiException.class,
            () ->
                CLIENT.rerank(
                    RerankRequest.builder()
                        .query(QUERY)
                        .documents(DOCUMENTS.stream().map(RerankRequestDocumentsItem::of).toList())
                        .maxChunksPerDoc(5000)
                        .build()));
    assertThat(chunks.statusCode()).isEqualTo(400);
    assertThat(String.valueOf(chunks.body())).contains("must be less than 10000");
  }

  private static RerankRequest v1() {
    return RerankRequest.builder()
        .query(QUERY)
        .documents(DOCUMENTS.stream().map(RerankRequestDocumentsItem::of).toList())
        .build();
  }

  private static V2RerankRequest v2(String model) {
    return V2RerankRequest.builder().model(model).query(QUERY).documents(DOCUMENTS).build();
  }
}
