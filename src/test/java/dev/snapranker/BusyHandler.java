package dev.snapranker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.RerankHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A handler that accepts one call at a time and is busy with one until it is closed. */
public final class BusyHandler implements AutoCloseable {
  /** Many seconds of work on any machine; each another text: the same one would be scored once. */
  private static final String LONG_WORK =
      IntStream.range(0, 1000)
          .mapToObj(i -> "\"" + i + " cat".repeat(500) + "\"")
          .collect(Collectors.joining(",", "{\"query\": \"q\", \"candidates\": [", "]}"));

  private static final String SHORT_WORK = "{\"query\": \"q\", \"candidates\": [\"a\"]}";

  private final RerankHandler handler;
  private final Thread caller;

  public BusyHandler() {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("MAX_CONCURRENT_REQUESTS", "1");
    this.handler = new RerankHandler(Settings.from(environment));
    this.caller = Thread.startVirtualThread(this::work);
    JsonNode reply;
    do { // // only a refusal shows that the other call is running
      reply = Lambda.invoke(handler, SHORT_WORK);
    } while (reply.has("results"));
  }

  /** Until it is interrupted; again where the short one was quicker. */
  private void work() {
    byte[] event = LONG_WORK.getBytes(StandardCharsets.UTF_8);
    JsonNode reply;
    do {
      reply = Lambda.invoke(handler, event, new Lambda.TestContext(600_000));
    } while (reply.at("/error/code").asText().equals("overloaded"));
  }

  public RerankHandler handler() {
    return handler;
  }

  @Override
  public void close() {
    boolean busy = caller.isAlive();
    caller.interrupt();
    join();
    handler.close();
    assertThat(busy).isTrue();
  }

  private void join() {
    try {
      caller.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
