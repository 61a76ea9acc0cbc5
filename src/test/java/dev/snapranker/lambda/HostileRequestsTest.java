package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.Lambda.TestContext;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request gets a ranking or a named error: never a 500, and never a hang. */
@Timeout(120)
class HostileRequestsTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String[] ODD = {
    "\u0000",
    "\u200b\u200c\u200d",
    "\u202e\u0645\u0631\u062d\u0628\u0627",
    "e\u0301\u0327",
    "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67",
    "\ufffd\ufffe\uffff",
    "\u0130\u0131ß\ufb03",
    "[SEP][CLS][PAD][MASK]",
    "\u0ca0_\u0ca0",
    "\t\r\n\u000b\u0085\u2028",
    "a".repeat(5000),
    "\udb40\udc41",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b",
    "💥".repeat(400)
  };

  @Test
  void aThousandHostileRequests() throws IOException {
    Random random = new Random(1_000);
    byte[] sound = Files.readAllBytes(Path.of("events", "direct.json"));
    Map<Integer, Integer> statuses = new TreeMap<>();
    for (int i = 0; i < 1000; i++) {
      byte[] event =
          switch (i % 8) {
            case 0 -> randomBytes(random, random.nextInt(400));
            case 1 -> Arrays.copyOf(sound, random.nextInt(sound.length));
            case 2 -> flipped(sound, random);
            case 3 -> utf8(deep(random.nextInt(100_000), random.nextBoolean()));
            case 4 -> utf8(odd(random));
            case 5 -> utf8(wrongTypes(random));
            case 6 ->
                utf8(
                    inEnvelope(
                        new String(flipped(sound, random), StandardCharsets.ISO_8859_1), false));
            default ->
                utf8(inEnvelope(Base64.getEncoder().encodeToString(flipped(sound, random)), true));
          };
      TestContext context = new TestContext(30_000);
      JsonNode reply = Lambda.invoke(DefaultBundle.handler(), event, context);
      int status = reply.path("statusCode").asInt(200);
      assertThat(status).as("request %d: %s", i, reply).isIn(200, 400, 404, 405, 413, 415, 422);
      assertThat(context.log()).isEmpty();
      statuses.merge(status, 1, Integer::sum);
    }
    System.out.println("1,000 hostile requests by status: " + statuses);
    assertThat(statuses).containsKeys(200, 400, 422);
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 1_000_000, 5_000_000})
  void hugeStringsAreRankedByTheirBeginning(int length) {
    ObjectNode request = MAPPER.createObjectNode().put("query", "q");
    request.putArray("candidates").add("word ".repeat(length / 5));
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), request.toString());
    JsonNode result = reply.path("results").path(0);
    assertThat(result.path("truncated").asBoolean()).isEqualTo(length > 32_768);
    assertThat(result.path("tokens_total").asInt()).isBetween(length > 32_768 ? 6_553 : 200, 6_555);
  }

  @Test
  void quotesInErrorsAreShort() {
    String huge = "x".repeat(2_000_000);
    for (String request :
        List.of(
            "{\"query\": \"q\", \"candidates\": [\"a\"], \"model\": \"" + huge + "\"}",
            "{\"query\": \"q\", \"candidates\": [\"a\"], \"" + huge + "\": 1}",
            "{\"query\": \"q\", \"" + huge + "\": 1, \"" + huge + "\": 2}",
            "{\"query\": \"q\", \"candidates\": [\"a\"], \"x\": " + huge + "}",
            "{\"" + huge.substring(0, 40_000) + "\": \"\\ud800\"}")) {
      JsonNode reply = Lambda.invoke(DefaultBundle.handler(), request);
      assertThat(reply.path("statusCode").asInt()).isIn(400, 404);
      assertThat(reply.toString().length()).isLessThan(1_500);
    }
  }

  @Test
  void everyOddTextIsRankedOrNamed() {
    for (String odd : ODD) {
      ObjectNode request = MAPPER.createObjectNode().put("query", "q " + odd);
      request.putArray("candidates").add("d " + odd).add(odd + " d");
      JsonNode reply = Lambda.invoke(DefaultBundle.handler(), request.toString());
      assertThat(reply.path("results")).as(reply.toString()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000", "\u0085", "\u00a0", "\u200b\u200d", "\u2060", "\ufeff", "\ufffd"})
  void textsWithoutAnythingToReadAreNamed(String invisible) {
    ObjectNode asked = MAPPER.createObjectNode().put("query", invisible);
    asked.putArray("candidates").add("text");
    assertEmpty(asked, "query");
    ObjectNode offered = MAPPER.createObjectNode().put("query", "git");
    offered.putArray("candidates").add("text").add(invisible);
    assertEmpty(offered, "candidates[1].text");
  }

  private static void assertEmpty(ObjectNode request, String field) {
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), request.toString());
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(422);
    assertThat(reply.path("error").path("code").asText()).isEqualTo("empty");
    assertThat(reply.path("error").path("field").asText()).isEqualTo(field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e99999999999",
        "-0.1E-99999999999",
        "1e2147483647",
        "1e-2147483647",
        "0e2147483648"
      })
  void aNumberWithAHugeExponentIsReadOrRefused(String number) {
    String metadata =
        "{\"query\": \"q\", \"candidates\": [{\"text\": \"a\", \"metadata\": " + number + "}]}";
    String topK = "{\"query\": \"q\", \"candidates\": [\"a\"], \"top_k\": " + number + "}";
    String envelope = inEnvelope("{}", false).replaceFirst("\\{", "{\"x\": " + number + ",");
    for (String event : List.of(number, metadata, topK, envelope, inEnvelope(metadata, false))) {
      TestContext context = new TestContext(30_000);
      JsonNode reply = Lambda.invoke(DefaultBundle.handler(), utf8(event), context);
      assertThat(reply.path("statusCode").asInt(200))
          .as("%s: %s", event, reply)
          .isIn(200, 400, 422);
      assertThat(context.log()).isEmpty();
    }
  }

  private static byte[] randomBytes(Random random, int n) {
    byte[] bytes = new byte[n];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] flipped(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static String deep(int depth, boolean objects) {
    String nested = objects ? "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) : "[".repeat(depth);
    return "{\"query\": \"q\", \"candidates\": [{\"text\": \"a\", \"metadata\": " + nested + "}]}";
  }

  private static String odd(Random random) {
    ObjectNode request = MAPPER.createObjectNode().put("query", ODD[random.nextInt(ODD.length)]);
    List<String> texts = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      texts.add(ODD[random.nextInt(ODD.length)] + (char) random.nextInt(0xD800));
    }
    texts.forEach(request.putArray("candidates")::add);
    return request.toString();
  }

  private static String wrongTypes(Random random) {
    String[] values = {
      "null",
      "true",
      "-1",
      "1e400",
      "1e99999999999",
      "-1e-99999999999",
      "1e2147483647",
      "1.5",
      "\"\"",
      "\"x\"",
      "[]",
      "{}",
      "[[]]",
      "[null]",
      "[1]",
      "[{}]",
      "[{\"text\":\"a\"}]",
      "[{\"text\":[]}]",
      "[{\"text\":\"a\",\"metadata\":1e99999999999}]",
      "[{\"id\":{},\"text\":\"a\"}]",
      "[\"a\"]",
      "9999999999999999999999",
      "\"\\ud800\"",
      "[{\"text\":\"a\",\"score\":-1e999}]"
    };
    String[] names = {
      "query", "candidates", "top_k", "min_score", "return_text", "raw_scores", "model", "x", ""
    };
    StringBuilder json = new StringBuilder("{");
    for (int i = random.nextInt(4); i >= 0; i--) {
      json.append('"')
          .append(names[random.nextInt(names.length)])
          .append("\":")
          .append(values[random.nextInt(values.length)])
          .append(',');
    }
    return json.append("\"query\":\"q\",\"candidates\":")
        .append(values[random.nextInt(values.length)])
        .append('}')
        .toString();
  }

  private static String inEnvelope(String body, boolean base64) {
    return Payload2.event(
        new HttpRequest("POST", "/rerank", Map.of(), body, base64), "", "192.0.2.1");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
