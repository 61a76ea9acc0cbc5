package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.Lambda.TestContext;
import dev.snapranker.boot.Settings;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit bounds a reply's memory, even for a reply that would be far longer. */
class ReplyLimitTest {
  private static final int LIMIT = 1 << 18;
  private static final RerankHandler HANDLER = handler();

  private static RerankHandler handler() {
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("MAX_PAYLOAD_BYTES", Integer.toString(LIMIT));
    environment.put("MAX_REQUESTS", "1000");
    return new RerankHandler(Settings.from(environment));
  }

  /** Entries share a candidate, so that the reply is many times the request. */
  @ParameterizedTest
  @ValueSource(strings = {"text", "metadata"})
  void aReplyEightTimesTooLongTakesNoMoreMemory(String what) throws IOException {
    for (boolean http : List.of(false, true)) {
      var _ = allocated(what, 2, http); // loads classes
      long once = allocated(what, 2, http);
      long eightTimes = allocated(what, 16, http);
      System.out.printf(
          "%s%s: %,d bytes for a reply of 1.5 times the limit, %,d of 12 times%n",
          what, http ? " over HTTP" : "", once, eightTimes);
      assertThat(eightTimes).isLessThan(once + LIMIT);
    }
  }

  /** What the thread of the call allocates until it refuses the reply. */
  private static long allocated(String what, int entries, boolean http) throws IOException {
    String candidate =
        what.equals("text")
            ? "\"a%s\"".formatted("\\u0001".repeat(LIMIT / 8 - 100))
            : "{\"text\": \"a\", \"metadata\": \"%s\"}".formatted("m".repeat(LIMIT * 3 / 4));
    String request =
        "{\"return_text\": true, \"candidates\": [%s], \"requests\": [%s]}"
            .formatted(
                candidate,
                IntStream.range(0, entries)
                    .mapToObj(i -> "{\"query\": \"q" + i + "\"}")
                    .collect(Collectors.joining(",")));
    byte[] event = (http ? event("/rerank", request) : request).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    HANDLER.handleRequest(new ByteArrayInputStream(event), reply, new TestContext(30_000));
    long after = threads.getCurrentThreadAllocatedBytes();
    assertThat(reply.toString(StandardCharsets.UTF_8)).contains("413", "response_too_large");
    return after - before;
  }

  /** Each line break has two bytes in the request and three in the reply's envelope. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /rerank | {"query": "q", "return_text": true, "candidates": [%s]} | error
          /cohere/v1/rerank | {"query": "q", "return_documents": true, "documents": [%s]} | message
          /v2/rerank | {"model": "rerank-v3.5", "query": "q", "return_documents": true, "documents": [%s]} | message
          /v1/rerank | {"query": "q", "documents": [%s]} | detail
          /voyage/v1/rerank | {"model": "rerank-2.5", "query": "q", "return_documents": true, "documents": [%s]} | detail
          /tei/rerank | {"query": "q", "return_text": true, "texts": [%s]} | error_type
          /infinity/rerank | {"query": "q", "return_documents": true, "documents": [%s]} | error
          """)
  void aReplyTooLongIsRefusedInTheDialectThatAsked(String path, String request, String field) {
    String document = "\"a%s\"".formatted("\\n".repeat(LIMIT / 2 / 10));
    String documents =
        IntStream.range(0, 8)
            .mapToObj(i -> document.replace("a", "a" + i))
            .collect(Collectors.joining(","));
    JsonNode reply = Lambda.invoke(HANDLER, event(path, request.formatted(documents)));
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(413);
    assertThat(Lambda.body(reply).has(field)).as(reply.toString()).isTrue();
    assertThat(reply.toString()).contains("the reply has more than " + LIMIT + " bytes");
  }

  @Test
  void aReplyOfTheLimitIsGivenAndOneByteMoreIsNot() {
    String request =
        "{\"query\": \"q\", \"candidates\": [{\"text\": \"a\", \"metadata\": \"%s\"}]}";
    int length = LIMIT - 1_000;
    JsonNode fits = Lambda.invoke(HANDLER, request.formatted("m".repeat(length)));
    assertThat(fits.path("results")).hasSize(1);
    int least = LIMIT - request.length(); // the request still fits, its reply is longer
    JsonNode refused = Lambda.invoke(HANDLER, request.formatted("m".repeat(least)));
    assertThat(refused.path("error").path("code").asText()).isEqualTo("response_too_large");
  }

  private static String event(String path, String request) {
    HttpRequest post =
        new HttpRequest("POST", path, Map.of("content-type", "application/json"), request, false);
    return Payload2.event(post, "", "192.0.2.1");
  }
}
