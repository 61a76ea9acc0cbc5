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
  public Scores rank(BenchRequest request) {
    byte[] reply = reply(request);
    return () -> scores(parsed(reply), request.candidates().size());
  }

  private static double[] scores(JsonNode reply, int candidates) {
    double[] scores = new double[candidates];
    for (JsonNode result : reply.path("results")) {
      scores[result.path("index").asInt()] = result.path("score").asDouble();
    }
    return scores;
  }

  @Override
  public long cpuNanos() {
    return OwnCpuTime.nanos();
  }

  /** The number of tokens of the request, special tokens included. */
  long tokens(BenchRequest request) {
    return answer(request).path("usage").path("tokens").asLong();
  }

  /** The parsed reply. */
  JsonNode answer(BenchRequest request) {
    return parsed(reply(request));
  }

  private static JsonNode parsed(byte[] bytes) {
    try {
      JsonNode reply = MAPPER.readTree(bytes);
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
