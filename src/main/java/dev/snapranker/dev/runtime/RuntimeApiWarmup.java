package dev.snapranker.dev.runtime;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Sends events through another Runtime API server first, so that cold code in this process does not
 * slow down the first event of a measured environment.
 */
final class RuntimeApiWarmup {
  private static final int EVENTS = 300;
  private static final byte[] EVENT = "{}".getBytes(StandardCharsets.UTF_8);

  private RuntimeApiWarmup() {}

  static void run() throws IOException, InterruptedException {
    try (RuntimeApi api = new RuntimeApi(Duration.ofSeconds(10));
        HttpClient client = HttpClient.newHttpClient()) {
      URI invocation = URI.create("http://" + api.address() + "/2018-06-01/runtime/invocation/");
      for (int i = 0; i < EVENTS; i++) {
        CompletableFuture<LambdaReply> reply = api.invoke(EVENT);
        String id =
            client
                .send(
                    HttpRequest.newBuilder(invocation.resolve("next")).build(),
                    HttpResponse.BodyHandlers.ofByteArray())
                .headers()
                .firstValue("lambda-runtime-aws-request-id")
                .orElseThrow();
        client.send(
            HttpRequest.newBuilder(invocation.resolve(id + "/response"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(EVENT))
                .build(),
            HttpResponse.BodyHandlers.discarding());
        reply.join();
      }
    }
  }
}
