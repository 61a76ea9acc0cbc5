package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.cohere.api.Cohere;
import com.cohere.api.errors.TooManyRequestsError;
import com.cohere.api.resources.v2.requests.V2RerankRequest;
import dev.snapranker.BusyHandler;
import dev.snapranker.dev.cli.Invoker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.bedrockagentruntime.BedrockAgentRuntimeClient;
import software.amazon.awssdk.services.bedrockagentruntime.model.ThrottlingException;

/** With every permit taken, clients get their own type of "try again". */
@Timeout(120)
class OverloadTest {
  private static BusyHandler busy;
  private static LocalServer server;

  @BeforeAll
  static void start() throws IOException {
    busy = new BusyHandler();
    server =
        new LocalServer(
            new Invoker(busy.handler(), Invoker.TIME_LIMIT)::invoke,
            null,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterAll
  static void stop() {
    server.close();
    busy.close();
  }

  @Test
  void coheresClientThrowsTooManyRequests() {
    Cohere client = Cohere.builder().token("any").url(url()).maxRetries(0).build();
    V2RerankRequest request =
        V2RerankRequest.builder().model("rerank-v3.5").query("q").documents(List.of("a")).build();
    TooManyRequestsError e =
        catchThrowableOfType(TooManyRequestsError.class, () -> client.v2().rerank(request));
    assertThat(String.valueOf(e.body()))
        .contains("the limit of 1 concurrent requests is reached; try again later");
  }

  @Test
  void awssClientThrowsThrottling() {
    try (BedrockAgentRuntimeClient client =
        BedrockAgentRuntimeClient.builder()
            .endpointOverride(URI.create(url()))
            .region(Region.EU_WEST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .build()) {
      ThrottlingException e =
          catchThrowableOfType(
              ThrottlingException.class, () -> client.rerank(BedrockClientTest.request("q")));
      assertThat(e.statusCode()).isEqualTo(429);
      assertThat(e.awsErrorDetails().errorMessage())
          .isEqualTo("the limit of 1 concurrent requests is reached; try again later");
    }
  }

  private static String url() {
    return "http://127.0.0.1:" + server.port();
  }
}
