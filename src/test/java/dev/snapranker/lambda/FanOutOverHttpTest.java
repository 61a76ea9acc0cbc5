package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.dev.runtime.InvokeApi;
import dev.snapranker.observe.Startup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A function that invokes itself, with a real model and the AWS SDK, from event to reply. */
@Timeout(300)
class FanOutOverHttpTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final List<String> WORDS = new ArrayList<>();

  private static RerankHandler alone;
  private static RerankHandler other;
  private static RerankHandler fanningOut;
  private static InvokeApi api;
  private static String slice; // as an environment sends it
  private static Faults faults = new Faults(new Random(1), 0);

  @BeforeAll
  static void start() throws IOException {
    JsonNode batch = MAPPER.readTree(Files.readString(Path.of("events", "batch-100.json")));
    batch
        .path("candidates")
        .forEach(
            candidate -> WORDS.addAll(List.of(candidate.path("text").asText().split(" ", -1))));
    alone = new RerankHandler(settings(Map.of()));
    api = new InvokeApi((_, event) -> faults.next(event));
    Settings fanOut = settings(fanOut(api));
    other = new RerankHandler(fanOut);
    fanningOut = new RerankHandler(fanOut);
    try (Wiring wiring = Wiring.withFanOut(fanOut, new Startup())) {
      slice = new String(wiring.rehearseFanOut().getFirst(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, String> fanOut(InvokeApi api) {
    return Map.of(
        "AWS_LAMBDA_FUNCTION_NAME", "snapranker",
        "AWS_ENDPOINT_URL_LAMBDA", api.endpoint().toString(),
        "FAN_OUT_CANDIDATES", "5",
        "FAN_OUT_SLICES", "4");
  }

  @AfterAll
  static void close() {
    fanningOut.close();
    other.close();
    alone.close();
    api.close();
  }

  @BeforeEach
  void noFaults() {
    faults = new Faults(new Random(1), 0);
  }

  /** Both models, passages, explanations; two of five invocations fail in some way. */
  @Test
  void theReplyIsTheSameToTheBitOverAThousandRandomRequests() {
    Random random = new Random(29);
    faults = new Faults(new Random(11), 40);
    int fannedOut = 0;
    for (int round = 0; round < 1000; round++) {
      ObjectNode request = request(random);
      ObjectNode asked = request.deepCopy();
      asked.remove("fan_out_candidates"); // a warning would say that it has no effect there
      JsonNode expected = comparable(Lambda.invoke(alone, asked.toString()));
      JsonNode reply = Lambda.invoke(fanningOut, request.toString());
      assertThat(reply.has("error")).as(reply.toString()).isFalse();
      fannedOut += reply.path("usage").has("fan_out") ? 1 : 0;
      assertThat(comparable(reply)).isEqualTo(expected);
    }
    assertThat(fannedOut).isGreaterThan(600);
  }

  /** What its pairs share is read in each environment. */
  @Test
  void aDecodersReplyIsTheSameToTheBit() throws IOException {
    Map<String, String> decoder =
        Map.of("MODEL_DIR", Path.of("src", "test", "resources", "families", "qwen3").toString());
    AtomicReference<RerankHandler> worker = new AtomicReference<>();
    try (InvokeApi workers =
            new InvokeApi(
                (_, event) -> Faults.scored(Objects.requireNonNull(worker.get()), event));
        RerankHandler one = new RerankHandler(settings(decoder));
        RerankHandler helping = new RerankHandler(settings(with(fanOut(workers), decoder)));
        RerankHandler asking = new RerankHandler(settings(with(fanOut(workers), decoder)))) {
      worker.set(helping);
      for (int round = 0; round < 20; round++) {
        ObjectNode posted = request(new Random(round), 20).put("raw_scores", true);
        String request =
            posted.without(List.of("fan_out_candidates", "fusion")).toString(); // logits, then
        JsonNode reply = Lambda.invoke(asking, request);
        assertThat(comparable(reply)).isEqualTo(comparable(Lambda.invoke(one, request)));
        assertThat(reply.path("usage").path("fan_out").path("failed").asInt()).isZero();
      }
    }
  }

  /** A slice carries the prompt and the query of each pair. */
  @Test
  void aDecodersSlicesStayWithinThePayload() throws IOException {
    int most = 40_000; // of four slices, those that are sent cannot have 100 candidates
    Map<String, String> decoder =
        Map.of(
            "MODEL_DIR",
            Path.of("src", "test", "resources", "families", "qwen3").toString(),
            "MAX_PAYLOAD_BYTES",
            Integer.toString(most));
    Queue<Integer> sizes = new ConcurrentLinkedQueue<>();
    try (InvokeApi watched =
            new InvokeApi((_, event) -> {
              sizes.add(event.length);
              return InvokeApi.Refused.THROTTLED;
            });
        RerankHandler asking = new RerankHandler(settings(with(fanOut(watched), decoder)))) {
      ObjectNode request = MAPPER.createObjectNode().put("query", "what is it").put("top_k", 1);
      ArrayNode candidates = request.putArray("candidates");
      IntStream.range(0, 400).forEach(i -> candidates.add("short " + i));
      JsonNode reply = Lambda.invoke(asking, request.toString());
      assertThat(reply.path("usage").path("scored").asInt()).isEqualTo(400);
    }
    assertThat(sizes).isNotEmpty().allSatisfy(size -> assertThat(size).isLessThanOrEqualTo(most));
  }

  private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(some);
    all.putAll(more);
    return all;
  }

  @Test
  void aReplySaysHowManySlicesThereWereAndHowLongTheSlowestTook() {
    ObjectNode request = request(new Random(3), 20);
    JsonNode reply = Lambda.invoke(fanningOut, request.toString());
    assertThat(reply.path("usage").path("fan_out").path("slices").asInt()).isEqualTo(3);
    assertThat(reply.path("timings_ms").has("slowest_slice")).isTrue();
    assertThat(Lambda.invoke(alone, request.toString()).path("usage").has("fan_out")).isFalse();
  }

  @Test
  void aSliceNeverFansOutItself() throws IOException {
    Queue<String> invocations = new ConcurrentLinkedQueue<>();
    try (InvokeApi watched =
            new InvokeApi((qualifier, _) -> {
              invocations.add(qualifier);
              return InvokeApi.Refused.THROTTLED;
            });
        RerankHandler handler = new RerankHandler(settings(fanOut(watched)))) {
      JsonNode reply = Lambda.invoke(handler, slice);
      assertThat(reply.path("snapranker_slice").path("logits").asText().length())
          .isGreaterThan(5 * 4); // of more pairs than the five that a request is cut from
      assertThat(invocations).isEmpty();
    }
  }

  @Test
  void noCallerCanPostASlice() throws IOException {
    assertThat(Lambda.invoke(other, slice).path("snapranker_slice").has("logits")).isTrue();
    for (String event : List.of("http-api", "function-url", "rest-api", "alb", "lattice-2")) {
      ObjectNode posted =
          (ObjectNode) MAPPER.readTree(Files.readString(Path.of("events", event + ".json")));
      posted.put("body", slice);
      posted.put("isBase64Encoded", false);
      JsonNode reply = Lambda.invoke(other, posted.toString());
      assertThat(reply.path("statusCode").asInt()).as(event).isBetween(400, 422);
      assertThat(reply.path("body").asText()).doesNotContain("logits");
      posted.setAll((ObjectNode) MAPPER.readTree(slice)); // beside the envelope's fields
      posted.put("body", "{}");
      assertThat(Lambda.invoke(other, posted.toString()).path("body").asText())
          .doesNotContain("logits");
    }
    // An entry of a batch is a request, too.
    JsonNode batch = Lambda.invoke(other, "{\"requests\": [" + slice + "]}");
    assertThat(batch.path("responses").get(0).path("error").path("code").asText())
        .isEqualTo("unknown_field");
  }

  @Test
  void aFunctionWithoutFanOutKnowsNoSlices() {
    assertThat(Lambda.invoke(alone, slice).path("error").path("code").asText())
        .isEqualTo("unknown_field");
  }

  @ParameterizedTest
  @CsvSource({
    "format, 2, 422, snapranker_slice.format",
    "format, null, 422, snapranker_slice.format",
    "model, '\"none\"', 404, snapranker_slice.model",
    "revision, '\"none\"', 404, snapranker_slice.revision",
    "fingerprint, '\"none\"', 404, snapranker_slice.fingerprint",
    "model, 7, 400, snapranker_slice.model",
    "millis, 0, 422, snapranker_slice.millis",
    "millis, '\"soon\"', 400, snapranker_slice.millis",
    "pairs, '\"!\"', 422, snapranker_slice.pairs",
    "pairs, '\"\"', 422, snapranker_slice.pairs",
    "pairs, '\"AAAA\"', 422, snapranker_slice.pairs",
    "pairs, '\"AAAAAQAAAGUAAAABAAAAAQAAAAAAAAAB\"', 422, snapranker_slice.pairs", // no room for the
    // template
    // with an unknown token
    "pairs, '\"AAAABQAAAGUH////AAAAZgAAAAkAAABmAAAAAwAAAAIAAAAAAAAAAwAAAAEAAAAC\"', 422, snapranker_slice.pairs",
    "more, 1, 400, snapranker_slice.more"
  })
  void aSliceThatNoEnvironmentSendsIsRefused(String field, String value, int status, String path)
      throws IOException {
    JsonNode changed = MAPPER.readTree(slice);
    ((ObjectNode) changed.path("snapranker_slice")).set(field, MAPPER.readTree(value));
    JsonNode reply = Lambda.invoke(other, changed.toString());
    assertThat(reply.path("statusCode").asInt()).as(reply.toString()).isEqualTo(status);
    assertThat(reply.path("error").path("field").asText()).isEqualTo(path);
  }

  @Test
  void aRefusalIsTheSame() {
    ObjectNode request = request(new Random(3), 40);
    request.withArray("candidates").add(" ");
    assertThat(Lambda.invoke(fanningOut, request.toString()))
        .isEqualTo(Lambda.invoke(alone, request.toString()));
  }

  /** Without what says who scored and how long it took. */
  private static JsonNode comparable(JsonNode reply) {
    ObjectNode copy = reply.deepCopy();
    copy.remove("timings_ms");
    ((ObjectNode) copy.path("usage")).remove("fan_out");
    return copy;
  }

  private static ObjectNode request(Random random) {
    return request(random, 1 + random.nextInt(24));
  }

  private static ObjectNode request(Random random, int count) {
    ObjectNode request = MAPPER.createObjectNode().put("query", text(random, 6) + " ?");
    ArrayNode candidates = request.putArray("candidates");
    for (int i = 0; i < count; i++) {
      ObjectNode candidate = candidates.addObject().put("id", "c" + i);
      candidate.put("text", "x " + text(random, random.nextInt(20) == 0 ? 600 : 30));
      candidate.put("score", random.nextInt(50));
    }
    if (random.nextInt(4) == 0) {
      request.putObject("passages").put("max_tokens", 64).put("aggregate", "mean-top-2");
    }
    if (random.nextInt(4) == 0) {
      request.putObject("fusion").put("method", "rrf");
    }
    if (random.nextInt(6) == 0) {
      request.put("explain", true);
    }
    if (random.nextInt(3) == 0) {
      request.put("top_k", 1 + random.nextInt(10)).put("raw_scores", true);
    }
    if (random.nextInt(5) == 0) {
      request.put("fan_out_candidates", random.nextInt(4));
    }
    return request;
  }

  private static String text(Random random, int most) {
    return IntStream.rangeClosed(0, random.nextInt(most))
        .mapToObj(_ -> WORDS.get(random.nextInt(WORDS.size())))
        .reduce("", (a, b) -> a + " " + b);
  }

  private static Settings settings(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", Path.of("model-layer", "models", "snap-tiny").toString());
    environment.putAll(more);
    return Settings.from(environment);
  }

  /**
   * The other environment, with faults.
   *
   * @param percent how many invocations fail
   */
  private record Faults(Random random, int percent) {
    InvokeApi.Outcome next(byte[] event) {
      int draw;
      synchronized (random) {
        draw = random.nextInt(100);
      }
      if (draw >= percent) {
        return scored(other, event);
      }
      return switch (draw % 6) {
        case 0 -> InvokeApi.Refused.THROTTLED;
        case 1 -> new InvokeApi.Refused(500, "ServiceException", "oops");
        case 2 -> new InvokeApi.FunctionError("Runtime.ExitError", "exit");
        case 3 -> new InvokeApi.Replied("garbage");
        case 4 -> {
          ObjectNode another = (ObjectNode) parse(event);
          ((ObjectNode) another.path("snapranker_slice")).put("revision", "another");
          yield scored(other, another.toString().getBytes(StandardCharsets.UTF_8));
        }
        default -> throw new IllegalStateException("breaks the connection off");
      };
    }

    private static InvokeApi.Outcome scored(RerankHandler handler, byte[] event) {
      ByteArrayOutputStream reply = new ByteArrayOutputStream();
      try {
        handler.handleRequest(
            new ByteArrayInputStream(event), reply, new Lambda.TestContext(30_000));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new InvokeApi.Replied(reply.toString(StandardCharsets.UTF_8));
    }

    private static JsonNode parse(byte[] event) {
      try {
        return MAPPER.readTree(event);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
