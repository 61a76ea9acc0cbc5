package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.cohere.api.Cohere;
import com.cohere.api.errors.TooManyRequestsError;
import com.cohere.api.resources.v2.requests.V2RerankRequest;
import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.Lambda.TestContext;
import dev.snapranker.boot.Settings;
import dev.snapranker.dev.cli.Invoker;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
  /** Many seconds of work on any machine; interrupted after the tests. */
  private static final String LONG_WORK =
      """
      {"query": "q", "candidates": [%s]}
      """
          .formatted(
              IntStream.range(0, 1000) // each another text: the same one would be scored once
                  .mapToObj(i -> "\"" + i + " cat".repeat(500) + "\"")
                  .collect(Collectors.joining(",")));

  private static RerankHandler handler;
  private static LocalServer server;
  private static Thread holder;

  @BeforeAll
  static void takeTheOnlyPermit() throws IOException {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("MAX_CONCURRENT_REQUESTS", "1");
    handler = new RerankHandler(Settings.from(environment));
    server =
        new LocalServer(
            new Invoker(handler, Invoker.TIME_LIMIT)::invoke,
            null,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    byte[] event = LONG_WORK.getBytes(StandardCharsets.UTF_8);
    holder = Thread.startVirtualThread(() -> hold(event));
    // Until it is refused, the probe itself may have the permit.
    while (Lambda.invoke(handler, "{\"query\": \"q\", \"candidates\": [\"a\"]}").has("results")) {
      Thread.onSpinWait();
    }
  }

  private static void hold(byte[] event) {
    JsonNode reply;
    do {
      reply = Lambda.invoke(handler, event, new TestContext(600_000));
    } while (reply.path("statusCode").asInt() == 429);
  }

  @AfterAll
  static void release() throws InterruptedException {
    boolean held = holder.isAlive();
    holder.interrupt();
    holder.join();
    server.close();
    handler.close();
    assertThat(held).isTrue();
  }

  @Test
  void coheresClientThrowsTooManyRequests() {
    Cohere client = Cohere.builder().token("any").url(url()).maxRetries(0).build();
    V2RerankRequest request =
        V2RerankRequest.builder().model("rerank-v3.5").query("q").documents(List.of("a")).build();
    TooManyRequestsError e =
        catchThrowableOfType(TooManyRequestsError.class, () -> client.v2().rerank(request));
    assertThat(String.valueOf(e.body()))
        .contains("1 requests are in work, which is the limit; try again");
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
          .isEqualTo("1 requests are in work, which is the limit; try again");
    }
  }

  private static String url() {
    return "http://127.0.0.1:" + server.port();
  }
}
