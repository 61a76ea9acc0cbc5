package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.scheme.AuthSchemeOption;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.bedrockagentruntime.BedrockAgentRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockagentruntime.BedrockAgentRuntimeClient;
import software.amazon.awssdk.services.bedrockagentruntime.auth.scheme.BedrockAgentRuntimeAuthSchemeProvider;
import software.amazon.awssdk.services.bedrockagentruntime.model.BedrockAgentRuntimeException;
import software.amazon.awssdk.services.bedrockagentruntime.model.RerankQuery;
import software.amazon.awssdk.services.bedrockagentruntime.model.RerankRequest;
import software.amazon.awssdk.services.bedrockagentruntime.model.RerankResponse;
import software.amazon.awssdk.services.bedrockagentruntime.model.RerankSource;
import software.amazon.awssdk.services.bedrockagentruntime.model.ResourceNotFoundException;
import software.amazon.awssdk.services.bedrockagentruntime.model.ValidationException;

/** The AWS SDK's client of Bedrock's Rerank, with nothing changed but the endpoint. */
@Timeout(120)
class BedrockClientTest {
  private static final String MODEL =
      "arn:aws:bedrock:eu-west-1::foundation-model/amazon.rerank-v1:0";
  private static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret"));
  private static final List<RerankSource> SOURCES =
      List.of(
          text("Kangaroos can leap nine metres."), text("Canberra is the capital of Australia."));

  private static BedrockAgentRuntimeClient client() {
    return BedrockAgentRuntimeClient.builder()
        .endpointOverride(URI.create(RunningServer.url()))
        .region(Region.EU_WEST_1)
        .credentialsProvider(CREDENTIALS)
        .build();
  }

  @Test
  void sourcesAreRanked() {
    try (BedrockAgentRuntimeClient client = client()) {
      RerankResponse response = client.rerank(request(MODEL, "capital of Australia", SOURCES));
      assertThat(response.results()).hasSize(2);
      assertThat(response.results().getFirst().index()).isEqualTo(1);
      assertThat(response.results().getFirst().relevanceScore()).isGreaterThan(0.9f);
      assertThat(response.nextToken()).isNull();
      assertThat(client.rerankPaginator(request(MODEL, "capital of Australia", SOURCES)).results())
          .hasSize(2);
    }
  }

  @Test
  void jsonDocumentsAreRanked() {
    RerankSource json =
        RerankSource.builder()
            .type("INLINE")
            .inlineDocumentSource(source ->
                source
                    .type("JSON")
                    .jsonDocument(
                        Document.mapBuilder()
                            .putString("city", "Canberra")
                            .putString("fact", "It is the capital of Australia")
                            .build()))
            .build();
    try (BedrockAgentRuntimeClient client = client()) {
      RerankResponse response =
          client.rerank(request(MODEL, "capital of Australia", List.of(SOURCES.getFirst(), json)));
      assertThat(response.results().getFirst().index()).isEqualTo(1);
    }
  }

  @Test
  void asynchronousCallsGetTheSame() {
    try (BedrockAgentRuntimeAsyncClient client =
        BedrockAgentRuntimeAsyncClient.builder()
            .endpointOverride(URI.create(RunningServer.url()))
            .region(Region.EU_WEST_1)
            .credentialsProvider(CREDENTIALS)
            .build()) {
      RerankRequest request = request(MODEL, "capital of Australia", SOURCES);
      float alone = client.rerank(request).join().results().getFirst().relevanceScore();
      assertThat(IntStream.range(0, 20).mapToObj(_ -> client.rerank(request)).toList())
          .allSatisfy(response ->
              assertThat(response.join().results().getFirst().relevanceScore()).isEqualTo(alone));
      assertThat(
              catchThrowableOfType(
                  CompletionException.class,
                  () -> client.rerank(request(MODEL, "q", List.of())).join()))
          .hasCauseInstanceOf(ValidationException.class);
    }
  }

  @Test
  void errorsHaveTheSdksTypes() {
    try (BedrockAgentRuntimeClient client = client()) {
      ValidationException empty =
          catchThrowableOfType(
              ValidationException.class, () -> client.rerank(request(MODEL, " ", SOURCES)));
      assertThat(empty.awsErrorDetails().errorMessage())
          .isEqualTo("queries[0].textQuery.text is blank; expected some text");
      ResourceNotFoundException unknown =
          catchThrowableOfType(
              ResourceNotFoundException.class,
              () -> client.rerank(request(MODEL.replace("amazon.", "x."), "q", SOURCES)));
      assertThat(unknown.awsErrorDetails().errorMessage())
          .startsWith("Could not resolve the foundation model");
    }
  }

  /** With {@code Auth=iam}: docs/clients.md shows this provider. */
  @Test
  void anApiThatChecksSignaturesAcceptsOnlyThoseForExecuteApi() throws IOException {
    BedrockAgentRuntimeAuthSchemeProvider signing =
        _ ->
            List.of(
                AuthSchemeOption.builder()
                    .schemeId("aws.auth#sigv4")
                    .putSignerProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
                    .putSignerProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                    .build());
    RerankRequest request = request("capital of Australia");
    try (DeployedApi api = new DeployedApi();
        BedrockAgentRuntimeClient client = signedClient(api, signing);
        BedrockAgentRuntimeClient forBedrock =
            signedClient(api, BedrockAgentRuntimeAuthSchemeProvider.defaultProvider())) {
      assertThat(client.rerank(request).results().getFirst().index()).isEqualTo(1);
      assertThat(
              catchThrowableOfType(
                  BedrockAgentRuntimeException.class, () -> forBedrock.rerank(request)))
          .extracting(BedrockAgentRuntimeException::statusCode)
          .isEqualTo(403);
    }
  }

  private static BedrockAgentRuntimeClient signedClient(
      DeployedApi api, BedrockAgentRuntimeAuthSchemeProvider signing) {
    SigV4 caller = DeployedApi.CREDENTIALS;
    return BedrockAgentRuntimeClient.builder()
        .endpointOverride(URI.create(api.url()))
        .region(Region.EU_WEST_1)
        .authSchemeProvider(signing)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsSessionCredentials.create(
                    caller.accessKeyId(), caller.secretAccessKey(), caller.sessionToken())))
        .build();
  }

  static RerankRequest request(String query) {
    return request(MODEL, query, SOURCES);
  }

  private static RerankRequest request(String model, String query, List<RerankSource> sources) {
    return RerankRequest.builder()
        .queries(
            List.of(RerankQuery.builder().type("TEXT").textQuery(text -> text.text(query)).build()))
        .sources(sources)
        .rerankingConfiguration(configuration ->
            configuration
                .type("BEDROCK_RERANKING_MODEL")
                .bedrockRerankingConfiguration(
                    bedrock -> bedrock.modelConfiguration(chosen -> chosen.modelArn(model))))
        .build();
  }

  private static RerankSource text(String text) {
    return RerankSource.builder()
        .type("INLINE")
        .inlineDocumentSource(
            source -> source.type("TEXT").textDocument(document -> document.text(text)))
        .build();
  }
}
