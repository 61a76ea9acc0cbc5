package dev.snapranker.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A process whose heap or stack does not suffice for what it is asked, and which goes on. Prints a
 * line for each call: what it was, and what it got. Run by {@link ExhaustionTest}.
 */
final class Exhausted {
  private static final int MAX_JSON_DEPTH = 1000;
  private static final int SMALLEST_STACK = 64 << 10;
  private static final int LARGEST_STACK = 1 << 20;
  private static final int NEIGHBOURS = 3;

  private final RerankHandler handler;

  private Exhausted(RerankHandler handler) {
    this.handler = handler;
  }

  /**
   * Exhausts itself.
   *
   * @param args {@code heap}, {@code dialects}, {@code neighbours} or {@code stack}; then how much
   *     of it: large calls beside the neighbours, or bytes from stack to stack
   */
  public static void main(String[] args) throws Exception {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("MAX_JSON_DEPTH", Integer.toString(MAX_JSON_DEPTH));
    try (RerankHandler handler = new RerankHandler(Settings.from(environment))) {
      Exhausted process = new Exhausted(handler);
      switch (args[0]) {
        case "heap" -> process.heap();
        case "dialects" -> process.dialects();
        case "neighbours" -> process.neighbours(Integer.parseInt(args[1]));
        case "stack" -> process.stack(Integer.parseInt(args[1]));
        default -> throw new IllegalArgumentException(args[0]);
      }
    }
    System.out.println("survived");
  }

  /** A legal request of almost six megabytes, and a small one after it. */
  private void heap() {
    String text = "\"" + "word ".repeat(6_000) + "\"";
    String texts = Collections.nCopies((6_000 << 10) / text.length(), text).toString();
    byte[] event = utf8("{\"query\": \"q\", \"return_text\": true, \"candidates\": " + texts + "}");
    tell("large", event);
    tell("small", small());
  }

  /** In the heap, an empty object is many times its two bytes. */
  private void dialects() {
    String objects = "[" + "{},".repeat(1_500_000) + "{}]";
    for (String route :
        List.of(
            "/rerank",
            "/v1/rerank",
            "/v2/rerank",
            "/voyage/v1/rerank",
            "/tei/rerank",
            "/bedrock/rerank")) {
      tell(route, post(route, objects));
      tell("small", small());
    }
    tell("direct", utf8(objects));
  }

  /** Calls that fill the heap, one after the other, beside small ones. */
  private void neighbours(int largeCalls) throws InterruptedException {
    byte[] large = post("/rerank", "[" + "{},".repeat(1_500_000) + "{}]");
    CountDownLatch ready = new CountDownLatch(NEIGHBOURS);
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < NEIGHBOURS; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                tell("small", small());
                ready.countDown();
                while (!over.get()) {
                  tell("small", small());
                }
              }));
    }
    ready.await();
    for (int i = 0; i < largeCalls; i++) {
      tell("large", large);
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static byte[] small() {
    return utf8("{\"query\": \"q\", \"candidates\": [\"a\", \"b\"]}");
  }

  /** A legal request, as deep as it may be, on ever larger stacks. */
  private void stack(int step) throws InterruptedException {
    String metadata = "[".repeat(MAX_JSON_DEPTH - 3) + "]".repeat(MAX_JSON_DEPTH - 3);
    String request =
        "{\"query\": \"q\", \"candidates\": [{\"text\": \"a\", \"metadata\": %s}]}"
            .formatted(metadata);
    for (int bytes = SMALLEST_STACK; bytes <= LARGEST_STACK; bytes += step) {
      Thread thread = new Thread(null, () -> tell("deep", post("/rerank", request)), "", bytes);
      thread.start();
      thread.join();
      tell("small", small());
    }
  }

  private void tell(String call, byte[] event) {
    String told;
    try {
      JsonNode reply = Lambda.invoke(handler, event);
      told = reply.path("statusCode").asInt(200) + " " + reply.path("headers");
      told += " " + (reply.has("body") ? Lambda.body(reply) : reply.path("error"));
    } catch (OutOfMemoryError | StackOverflowError e) {
      told = "thrown " + e.getClass().getSimpleName();
    }
    System.out.println(call + ": " + told);
  }

  private static byte[] post(String path, String json) {
    HttpRequest request =
        new HttpRequest("POST", path, Map.of("content-type", "application/json"), json, false);
    return utf8(Payload2.event(request, "", "192.0.2.1"));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
