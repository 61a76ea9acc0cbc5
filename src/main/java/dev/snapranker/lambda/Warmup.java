package dev.snapranker.lambda;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Options;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.model.Manifest;
import dev.snapranker.wire.HttpRequest;
import dev.snapranker.wire.Payload2Json;
import dev.snapranker.wire.RequestJson;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Sends a real request, made of the bundle's golden pairs, through each entry point, so that no
 * class or native code is met for the first time by a caller.
 */
final class Warmup {
  private Warmup() {}

  /**
   * Throws what went wrong, so that a broken function fails in init. A refusal is no failure:
   * limits may be set below what the golden pairs need.
   */
  static void run(Manifest manifest, Consumer<String> handler) {
    List<Manifest.GoldenPair> golden = manifest.golden();
    List<Candidate> candidates =
        IntStream.range(0, golden.size())
            .mapToObj(i -> new Candidate(Integer.toString(i), golden.get(i).document(), null))
            .toList();
    String request =
        RequestJson.write(
            new RerankRequest(golden.getFirst().query(), candidates, Options.DEFAULT));
    HttpRequest http =
        new HttpRequest(
            "POST", "/rerank", Map.of("content-type", "application/json"), request, false);
    for (String event : List.of(request, Payload2Json.write(http, "", "127.0.0.1"))) {
      handler.accept(event);
    }
  }
}
