package dev.snapranker.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.Lambda.TestContext;
import dev.snapranker.api.Reason;
import dev.snapranker.boot.Settings;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.observe.CallRecord;
import dev.snapranker.observe.JobWork;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
import dev.snapranker.score.TinyOnnx;
import dev.snapranker.wire.event.HttpRequest;
import dev.snapranker.wire.event.Payload2;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RerankHandlerTest {
  private static final String REQUEST =
      """
      {"query": "capital of Australia",
       "candidates": ["Kangaroos can leap nine metres.",
                      {"id": "x", "text": "Canberra is the capital of Australia.",
                       "metadata": {"price": 1.10, "tags": ["a", null]}}]}
      """;

  @Test
  void theRelevantCandidateComesFirst() {
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), REQUEST);
    JsonNode best = reply.path("results").path(0);
    assertThat(best.path("id").asText()).isEqualTo("x");
    assertThat(best.path("score").asDouble()).isGreaterThan(0.9);
    assertThat(best.path("metadata")).hasToString("{\"price\":1.10,\"tags\":[\"a\",null]}");
    assertThat(reply.path("results").path(1).path("id").asText()).isEqualTo("0");
    assertThat(reply.path("model").asText())
        .isEqualTo(DefaultBundle.directory().getFileName().toString());
  }

  @Test
  void aReplyContainsTheCostIfAsked() {
    String asked = REQUEST.replaceFirst("\\{", "{\"return_cost\": true, ");
    assertThat(Lambda.invoke(DefaultBundle.handler(), REQUEST).path("usage").has("billed_ms"))
        .isFalse();
    JsonNode outside = Lambda.invoke(DefaultBundle.handler(), asked).path("usage");
    assertThat(outside.path("billed_ms").asLong()).isPositive();
    assertThat(outside.has("gb_seconds")).as("there is no memory setting here").isFalse();
    try (RerankHandler handler =
        new RerankHandler(with("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "2048"))) {
      JsonNode reply = Lambda.invoke(handler, asked);
      long billedMillis = reply.path("usage").path("billed_ms").asLong();
      assertThat((double) billedMillis)
          .isGreaterThanOrEqualTo(reply.path("timings_ms").path("total").asDouble());
      assertThat(reply.path("usage").path("gb_seconds").asDouble())
          .isEqualTo(billedMillis / 1000.0 * 2);
    }
  }

  /** The model gives NaN where a document has less than three times the query's tokens. */
  @Test
  void aDefectInARehearsalFailsTheStart(@TempDir Path folder) throws Exception {
    byte[] model = TinyOnnx.notANumber("token_type_ids", "input_ids");
    byte[] tokenizer = Files.readAllBytes(DefaultBundle.directory().resolve("tokenizer.json"));
    Files.write(folder.resolve("model.onnx"), model);
    Files.write(folder.resolve("tokenizer.json"), tokenizer);
    String manifest =
        """
        {"format": 1, "id": "tiny", "revision": "1", "license": "none", "architecture": "none",
         "files": {"model.onnx": %s, "tokenizer.json": %s},
         "inputs": {"input_ids": "input_ids", "token_type_ids": "token_type_ids",
                    "attention_mask": null},
         "output": "logits", "max_tokens": 512, "head": {"type": "single-logit"},
         "pair": {"template": "bert", "cls": 101, "sep": 102, "segments": [3, -1]},
         "activation": "sigmoid",
         "golden": [{"query": "%s", "document": "%s", "logit": 5, "tolerance": 0.01},
                    {"query": "word", "document": "%s", "logit": 3.4641, "tolerance": 0.01}]}
        """
            .formatted(
                fileSpec(model),
                fileSpec(tokenizer),
                "word ".repeat(10),
                "word ".repeat(60),
                "word ".repeat(20));
    Files.writeString(folder.resolve("reranker.json"), manifest);
    // Each golden pair is well; the first one's query beside the second one's document is not.
    assertThatThrownBy(() -> new RerankHandler(with("MODEL_DIR", folder.toString())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model's output is NaN");
  }

  private static String fileSpec(byte[] content) throws Exception {
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
    return "{\"bytes\": %d, \"sha256\": \"%s\"}"
        .formatted(content.length, HexFormat.of().formatHex(sha256));
  }

  @Test
  void aReplySurvivesItsRecord() {
    Telemetry broken =
        new Telemetry() {
          @Override
          public Telemetry rehearsal() {
            return NONE;
          }

          @Override
          public void started(Startup startup) {}

          @Override
          public void worked(JobWork work) {}

          @Override
          public void served(CallRecord call) {
            throw new IllegalStateException("capital of Australia");
          }
        };
    TestContext context = new TestContext(30_000);
    try (RerankHandler handler = new RerankHandler(DefaultBundle.settings(), _ -> broken)) {
      byte[] event = REQUEST.getBytes(StandardCharsets.UTF_8);
      assertThat(Lambda.invoke(handler, event, context).path("results")).hasSize(2);
    }
    assertThat(context.log()).contains("IllegalStateException").doesNotContain("Australia");
  }

  @Test
  void rawScoresAreTheLogitsOfTheScores() {
    JsonNode scores = Lambda.invoke(DefaultBundle.handler(), REQUEST);
    JsonNode raw =
        Lambda.invoke(
            DefaultBundle.handler(), REQUEST.replaceFirst("\\{", "{\"raw_scores\": true, "));
    for (int i = 0; i < 2; i++) {
      float logit = (float) raw.path("results").path(i).path("score").asDouble();
      JsonNode result = scores.path("results").path(i);
      assertThat((float) result.path("logit").asDouble()).isEqualTo(logit);
      assertThat(result.path("score").asDouble())
          .isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-15));
    }
  }

  @Test
  void healthShowsTheModelAndIndexTheRoutes() {
    JsonNode health = Lambda.body(http(DefaultBundle.settings(), "GET", "/health", Map.of(), ""));
    assertThat(health.path("ready").asBoolean()).isTrue();
    assertThat(health.path("revision").asText()).isNotBlank();
    assertThat(health.path("models")).hasSize(1).first().isEqualTo(health.path("model"));
    assertThat(health.path("stages").toString())
        .isEqualTo("[{\"model\":%s}]".formatted(health.path("model")));
    JsonNode index = Lambda.body(http(DefaultBundle.settings(), "GET", "/", Map.of(), ""));
    assertThat(index.path("version").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(index.path("routes"))
        .anySatisfy(route -> assertThat(route.asText()).isEqualTo("POST /rerank"));
  }

  @Test
  void aWrongMethodIsRefusedWithTheRightOne() {
    JsonNode reply = http(DefaultBundle.settings(), "GET", "/rerank", Map.of(), "");
    assertThat(reply.path("statusCode").asInt()).isEqualTo(405);
    assertThat(reply.path("headers").path("allow").asText()).isEqualTo("POST");
    assertThat(
            http(DefaultBundle.settings(), "OPTIONS", "/rerank", Map.of(), "")
                .path("statusCode")
                .asInt())
        .isEqualTo(405);
  }

  @Test
  void contentTypesThatAreJsonAreTaken() {
    for (String type :
        List.of(
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;charset=\"UTF-8\"",
            "application/json; charset=utf8",
            "application/json;charset='UTF8'; profile=a",
            "application/json; charset=us-ascii",
            "application/json;",
            "application/json,application/json",
            "application/json, application/json; charset=utf-8",
            "TEXT/JSON",
            "application/vnd.api+json")) {
      assertThat(post(DefaultBundle.settings(), Map.of("content-type", type), REQUEST))
          .as(type)
          .isEqualTo(200);
    }
    assertThat(post(DefaultBundle.settings(), Map.of(), REQUEST)).isEqualTo(200);
    for (String type :
        List.of(
            "text/plain",
            "text/plain; application/json",
            "text/plain, application/json",
            "application/json, application/x-www-form-urlencoded",
            "application/json; charset=latin1",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json; charset = \"utf-16\"",
            "multipart/form-data",
            "json",
            "")) {
      assertThat(post(DefaultBundle.settings(), Map.of("content-type", type), REQUEST))
          .as(type)
          .isEqualTo(415);
    }
  }

  @Test
  void anotherCharsetIsRefusedWithWhatIsAllowed() {
    JsonNode reply =
        http(
            DefaultBundle.settings(),
            "POST",
            "/rerank",
            Map.of("content-type", "application/json; charset=latin1"),
            REQUEST);
    assertThat(Lambda.body(reply).at("/error/message").asText())
        .isEqualTo("the body's charset is not UTF-8; expected application/json in UTF-8");
  }

  /** What curl -d sends unless it is told otherwise. */
  @Test
  void aForgottenContentTypeIsNamedWithTheHeaderToAdd() {
    JsonNode reply =
        http(
            DefaultBundle.settings(),
            "POST",
            "/rerank",
            Map.of("content-type", "application/x-www-form-urlencoded"),
            REQUEST);
    assertThat(reply.path("statusCode").asInt()).isEqualTo(415);
    assertThat(Lambda.body(reply).at("/error/message").asText())
        .isEqualTo(
            "the body's content-type is 'application/x-www-form-urlencoded', which is not JSON; add"
                + " the header 'content-type: application/json' (curl -d sends a form unless -H sets"
                + " it)");
  }

  @Test
  void headGetsTheHeadersOfGet() {
    for (String path : List.of("/", "/health", "/tei/health", "/info", "/openapi.json")) {
      JsonNode get = http(DefaultBundle.settings(), "GET", path, Map.of(), "");
      JsonNode head = http(DefaultBundle.settings(), "HEAD", path, Map.of(), "");
      assertThat(head.path("statusCode").asInt()).isEqualTo(200);
      assertThat(head.path("body").asText()).isEmpty();
      assertThat(head.at("/headers/content-type")).isEqualTo(get.at("/headers/content-type"));
      assertThat(head.at("/headers/content-length").asInt())
          .isEqualTo(get.path("body").asText().getBytes(StandardCharsets.UTF_8).length);
    }
    JsonNode nowhere = http(DefaultBundle.settings(), "HEAD", "/nowhere", Map.of(), "");
    assertThat(nowhere.path("statusCode").asInt()).isEqualTo(404);
    assertThat(nowhere.path("body").asText()).isEmpty();
    JsonNode post = http(DefaultBundle.settings(), "HEAD", "/rerank", Map.of(), "");
    assertThat(post.path("statusCode").asInt()).isEqualTo(405);
    JsonNode wrong = http(DefaultBundle.settings(), "POST", "/health", Map.of(), "{}");
    assertThat(wrong.at("/headers/allow").asText()).isEqualTo("GET, HEAD");
    assertThat(wrong.path("body").asText())
        .contains("the path /health does not allow this method; expected GET or HEAD");
  }

  @Test
  void anIntegerMayBeWrittenWithAFraction() {
    for (String two : List.of("2", "2.0", "2.000", "2e0", "20e-1", "0.2E+1")) {
      String request = REQUEST.replaceFirst("\\{", "{\"top_k\": " + two + ", ");
      assertThat(Lambda.invoke(DefaultBundle.handler(), request).path("results")).hasSize(2);
    }
    for (String other : List.of("2.5", "2.0000001", "\"2\"", "20e-2", "true", "[2]")) {
      String request = REQUEST.replaceFirst("\\{", "{\"top_k\": " + other + ", ");
      JsonNode reply = Lambda.invoke(DefaultBundle.handler(), request);
      assertThat(reply.at("/error/code").asText()).as(other).isEqualTo("wrong_type");
    }
    String huge = REQUEST.replaceFirst("\\{", "{\"top_k\": 1e999, ");
    assertThat(Lambda.invoke(DefaultBundle.handler(), huge).at("/error/code").asText())
        .isEqualTo("out_of_range");
  }

  /** Nothing names it, so the path's end must: a rule for /search/*, or an API's own route. */
  @Test
  void aRouteMayFollowAnUnknownBasePath() {
    assertThat(behindLoadBalancer("POST", "/search/rerank")).contains("missing_field");
    assertThat(behindLoadBalancer("POST", "/search/v2/rerank")).contains("a model parameter");
    assertThat(behindLoadBalancer("POST", "/search/cohere/v1/rerank")).contains("\"message\"");
    assertThat(behindLoadBalancer("GET", "/search/tei/health")).contains("\"ready\":true");
    assertThat(behindLoadBalancer("POST", "/search/rank")).contains("no such path");
    assertThat(behindLoadBalancer("POST", "/prerank")).contains("no such path");
    // The function's own URL has no base path: there, it is another path.
    assertThat(http(DefaultBundle.settings(), "POST", "/v3/rerank", Map.of(), "{}"))
        .hasToString(
            http(DefaultBundle.settings(), "POST", "/v9/rerank", Map.of(), "{}").toString());
    assertThat(http(DefaultBundle.settings(), "POST", "/v3/rerank", Map.of(), "{}").toString())
        .contains("no such path");
  }

  private static String behindLoadBalancer(String method, String path) {
    String event =
        """
        {"requestContext": {"elb": {"targetGroupArn": "a"}}, "httpMethod": "%s", "path": "%s",
         "headers": {}, "body": "{}", "isBase64Encoded": false}
        """
            .formatted(method, path);
    return Lambda.invoke(DefaultBundle.handler(), event).path("body").asText();
  }

  /** Each line has the headers that an SDK sends from a browser, from the SDK's source. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "amz-sdk-invocation-id,amz-sdk-request,authorization,content-type,x-amz-content-sha256,"
            + "x-amz-date,x-amz-security-token,x-amz-user-agent",
        "authorization,content-type,user-agent,x-client-name,x-fern-language,x-fern-runtime,"
            + "x-fern-runtime-version,x-fern-sdk-name,x-fern-sdk-version",
        "content-type,x-api-key"
      })
  void aPreflightAllowsWhatBrowserSdksSend(String headers) {
    Settings settings = with("CORS_ALLOW_ORIGIN", "https://a.example");
    Map<String, String> asked =
        Map.of(
            "origin", "https://a.example",
            "access-control-request-method", "POST",
            "access-control-request-headers", headers);
    JsonNode reply = http(settings, "OPTIONS", "/rerank", asked, "");
    assertThat(reply.path("statusCode").asInt()).isEqualTo(204);
    assertThat(reply.at("/headers/access-control-allow-headers").asText().split(", "))
        .contains(headers.split(","));
  }

  @Test
  void scriptsMayReadTheDialectsHeaders() {
    Settings settings = with("CORS_ALLOW_ORIGIN", "https://a.example");
    for (String path : List.of("/tei/rerank", "/bedrock/rerank", "/health")) {
      String body = path.startsWith("/tei") ? "{\"query\": \"q\", \"texts\": [\"a\"]}" : "{";
      JsonNode headers = http(settings, "POST", path, Map.of(), body).path("headers");
      List<String> exposed =
          List.of(headers.path("access-control-expose-headers").asText().split(", "));
      headers
          .fieldNames()
          .forEachRemaining(name -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!lower.startsWith("access-control")
                && !List.of("content-type", "vary").contains(lower)) {
              assertThat(exposed).contains(lower);
            }
          });
    }
  }

  @Test
  void corsIsOffUnlessAnOriginIsConfigured() {
    assertThat(http(DefaultBundle.settings(), "POST", "/rerank", Map.of(), REQUEST).toString())
        .doesNotContain("access-control");
    Settings settings = with("CORS_ALLOW_ORIGIN", "https://a.example");
    JsonNode preflight = http(settings, "OPTIONS", "/rerank", Map.of(), "");
    assertThat(preflight.path("statusCode").asInt()).isEqualTo(204);
    assertThat(preflight.path("headers").path("access-control-allow-origin").asText())
        .isEqualTo("https://a.example");
    assertThat(preflight.path("headers").path("access-control-allow-methods").asText())
        .isEqualTo("POST");
    JsonNode error = http(settings, "POST", "/rerank", Map.of(), "{");
    assertThat(error.path("statusCode").asInt()).isEqualTo(400);
    assertThat(error.path("headers").path("vary").asText()).isEqualTo("origin");
  }

  @Test
  void aPayloadOverTheLimitIs413() {
    Settings settings = with("MAX_PAYLOAD_BYTES", "1024");
    String large = REQUEST.replace("Kangaroos", "Kangaroos ".repeat(200));
    assertThat(http(settings, "POST", "/rerank", Map.of(), large).path("statusCode").asInt())
        .isEqualTo(413);
    try (RerankHandler handler = new RerankHandler(settings)) {
      JsonNode direct = Lambda.invoke(handler, large);
      assertThat(direct.path("statusCode").asInt()).isEqualTo(413);
      assertThat(direct.path("error").path("code").asText()).isEqualTo("payload_too_large");
    }
  }

  @Test
  void aReplyOverTheLimitIs413() {
    Settings settings = with("MAX_PAYLOAD_BYTES", "1024");
    StringBuilder candidates = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      candidates.append(i == 0 ? "" : ",").append("\"word ").append(i).append('"');
    }
    String request = "{\"query\": \"q\", \"candidates\": [" + candidates + "]}";
    try (RerankHandler handler = new RerankHandler(settings)) {
      JsonNode reply = Lambda.invoke(handler, request);
      assertThat(reply.path("error").path("code").asText()).isEqualTo("response_too_large");
      String top = request.replaceFirst("\\{", "{\"top_k\": 3, ");
      assertThat(Lambda.invoke(handler, top).path("results")).hasSize(3);
    }
    assertThat(http(settings, "POST", "/rerank", Map.of(), request).path("statusCode").asInt())
        .isEqualTo(413);
  }

  @Test
  void limitsBelowTheWarmUpRequestDoNotStopTheStart() {
    try (RerankHandler handler = new RerankHandler(with("MAX_QUERY_CHARS", "2"))) {
      assertThat(
              Lambda.invoke(handler, "{\"query\": \"q\", \"candidates\": [\"a\"]}").has("results"))
          .isTrue();
    }
  }

  @Test
  void severalBundlesRankInStages(@TempDir Path folder) throws IOException {
    Path small = Files.createDirectories(folder.resolve("small"));
    Path large = Files.createDirectories(folder.resolve("large"));
    for (Path bundle : List.of(small, large)) {
      for (String file : List.of("model.onnx", "tokenizer.json")) {
        Path original = DefaultBundle.directory().resolve(file).toAbsolutePath();
        Files.createSymbolicLink(bundle.resolve(file), original);
      }
      Files.writeString(
          bundle.resolve("reranker.json"),
          read(DefaultBundle.directory().resolve("reranker.json"))
              .replace("\"snap-base\"", "\"" + bundle.getFileName() + "\""));
    }
    Map<String, String> environment = DefaultBundle.environment();
    environment.put("MODEL_DIR", folder.toString());
    assertThatThrownBy(() -> new RerankHandler(Settings.from(environment)))
        .hasMessageContaining("expected STAGES to say which of them rank");
    environment.put("STAGES", "small:1,large");
    try (RerankHandler handler = new RerankHandler(Settings.from(environment))) {
      JsonNode reply = Lambda.invoke(handler, REQUEST);
      assertThat(reply.path("model").asText()).isEqualTo("large");
      assertThat(reply.at("/usage/stages/0/candidates").asInt()).isEqualTo(2);
      assertThat(reply.at("/usage/stages/1/scored").asInt()).isEqualTo(1);
      JsonNode single = Lambda.invoke(DefaultBundle.handler(), REQUEST);
      assertThat(reply.at("/results/0/logit")).isEqualTo(single.at("/results/0/logit"));
      // One model alone, or the stages of the request.
      String one = REQUEST.replaceFirst("\\{", "{\"model\": \"small\",");
      assertThat(Lambda.invoke(handler, one).path("model").asText()).isEqualTo("small");
      String turned =
          REQUEST.replaceFirst(
              "\\{", "{\"stages\": [{\"model\": \"large\", \"keep\": 2}, {\"model\": \"small\"}],");
      assertThat(Lambda.invoke(handler, turned).at("/usage/stages/1/scored").asInt()).isEqualTo(2);
    }
  }

  @Test
  void whenTimeRunsOutTheAnswerIsStillComplete() {
    byte[] event = REQUEST.getBytes(StandardCharsets.UTF_8);
    JsonNode reply = Lambda.invoke(DefaultBundle.handler(), event, new TestContext(100));
    assertThat(reply.path("results"))
        .hasSize(2)
        .allSatisfy(result -> {
          assertThat(result.path("scored").isBoolean()).isTrue();
          assertThat(result.has("score")).isFalse();
        });
    assertThat(reply.at("/usage/scored").asInt(-1)).isZero();
    assertThat(reply.at("/warnings/0").asText()).startsWith("time ran out before 2 of 2");
  }

  @Test
  void requestsAboveTheLimitAreAskedToWait() {
    String batch = read(Path.of("events", "batch-100.json"));
    try (RerankHandler handler = new RerankHandler(with("MAX_CONCURRENT_REQUESTS", "1"));
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<JsonNode>> replies =
          IntStream.range(0, 8)
              .mapToObj(
                  _ -> CompletableFuture.supplyAsync(() -> Lambda.invoke(handler, batch), callers))
              .toList();
      List<Integer> statuses =
          replies.stream().map(reply -> reply.join().path("statusCode").asInt(200)).toList();
      assertThat(statuses).contains(200, 429).containsOnly(200, 429);
      assertThat(Lambda.invoke(handler, batch).has("results")).isTrue();
    }
  }

  @Test
  void nothingOfQueryOrDocumentsIsLogged() {
    TestContext context = new TestContext(30_000);
    byte[] event = REQUEST.getBytes(StandardCharsets.UTF_8);
    Lambda.invoke(DefaultBundle.handler(), event, context);
    assertThat(context.log()).isEmpty();
    IllegalStateException defect = new IllegalStateException("secret words of a document");
    Invocation invocation = new Invocation("request-1", 1000, context.getLogger());
    assertThat(invocation.noteFailure(defect).explanation())
        .doesNotContain("secret")
        .contains("request-1");
    assertThat(context.log())
        .doesNotContain("secret")
        .contains("java.lang.IllegalStateException")
        .contains("RerankHandlerTest");
    assertThat(invocation.record(CallRecord.Environment.WARM).failure()).isEqualTo(Reason.INTERNAL);
  }

  @Test
  void aBundleWhoseScoresAreOffRefusesToStart(@TempDir Path folder) throws IOException {
    for (String file : List.of("model.onnx", "tokenizer.json")) {
      Files.copy(DefaultBundle.directory().resolve(file), folder.resolve(file));
    }
    String manifest = read(DefaultBundle.directory().resolve("reranker.json"));
    Files.writeString(
        folder.resolve("reranker.json"),
        manifest.replaceAll("(?s)\"segments\": \\[\\s*0,\\s*1\\s*]", "\"segments\": [1, 0]"));
    assertThatThrownBy(() -> new RerankHandler(with("MODEL_DIR", folder.toString())))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageMatching(
            "model .*: reranker.json: golden\\[\\d] \\(query .*\\) has logit .*; expected .*");
    Files.writeString(
        folder.resolve("reranker.json"),
        manifest.replace("\"single-logit\"", "\"two-class\", \"relevant\": 1, \"other\": 0"));
    assertThatThrownBy(() -> new RerankHandler(with("MODEL_DIR", folder.toString())))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("model.onnx has 1 output ");
    Files.writeString(
        folder.resolve("reranker.json"),
        manifest.replace("\"token_type_ids\": \"token_type_ids\"", "\"token_type_ids\": null"));
    assertThatThrownBy(() -> new RerankHandler(with("MODEL_DIR", folder.toString())))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining(
            "model.onnx has inputs [input_ids, token_type_ids]; expected those of reranker.json, [input_ids]");
  }

  private static Settings with(String variable, String value) {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put(variable, value);
    return Settings.from(environment);
  }

  private static int post(Settings settings, Map<String, String> headers, String body) {
    return http(settings, "POST", "/rerank", headers, body).path("statusCode").asInt();
  }

  private static JsonNode http(
      Settings settings, String method, String path, Map<String, String> headers, String body) {
    HttpRequest request = new HttpRequest(method, path, headers, body, false);
    String event = Payload2.event(request, "", "192.0.2.1");
    if (settings.equals(DefaultBundle.settings())) {
      return Lambda.invoke(DefaultBundle.handler(), event);
    }
    try (RerankHandler handler = new RerankHandler(settings)) {
      return Lambda.invoke(handler, event);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
