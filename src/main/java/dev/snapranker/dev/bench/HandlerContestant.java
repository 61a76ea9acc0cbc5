package dev.snapranker.dev.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.boot.Settings;
import dev.snapranker.dev.cli.Invoker;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Measures this product, from the event's bytes to the reply's bytes. */
final class HandlerContestant implements Contestant {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final String name;
  private final RerankHandler handler;
  private final Invoker invoker;

  HandlerContestant(String name, Settings settings) {
    this.name = name;
    this.handler = new RerankHandler(settings);
    this.invoker = new Invoker(handler, Duration.ofMinutes(15)); // Lambda's longest call
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void rank(BenchRequest request) {
    reply(request);
  }

  /** The number of tokens of the request, special tokens included. */
  long tokens(BenchRequest request) {
    return answer(request).path("usage").path("tokens").asLong();
  }

  /** The parsed reply. */
  JsonNode answer(BenchRequest request) {
    try {
      JsonNode reply = MAPPER.readTree(reply(request));
      if (reply.has("error")) {
        throw new UsageException("the handler refused a request: " + reply.path("error"));
      }
      return reply;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] reply(BenchRequest request) {
    return invoker.invoke(request.json().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    handler.close();
  }
}
