package dev.snapranker.dev.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Lambda;
import dev.snapranker.boot.Settings;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Slices in processes of the packaged function, of which single ones die, stall and come back. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the runtime interface client runs on Linux only")
@Timeout(300)
class FanOutIT {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** A stalled environment counts as failed after this time. */
  private static final Duration TIME_LIMIT = Duration.ofSeconds(20);

  private static LocalWorkers workers;
  private static RerankHandler caller;
  private static String request;
  private static JsonNode expected;

  @BeforeAll
  static void start() throws Exception {
    Map<String, String> environment = environment();
    environment.put("FAN_OUT_CANDIDATES", "10");
    environment.put("FAN_OUT_SLICES", "3");
    workers = LocalWorkers.start(2, environment, TIME_LIMIT);
    caller = new RerankHandler(Settings.from(workers.variables(environment)));
    ObjectNode posted =
        (ObjectNode) MAPPER.readTree(Files.readString(Path.of("events", "batch-100.json")));
    ArrayNode candidates = (ArrayNode) posted.path("candidates");
    while (candidates.size() > 30) {
      candidates.remove(30);
    }
    posted.remove("top_k");
    request = posted.toString();
    try (RerankHandler alone = new RerankHandler(Settings.from(environment()))) {
      expected = Lambda.invoke(alone, request).path("results");
    }
    assertThat(expected).hasSize(30);
  }

  @AfterAll
  static void stop() {
    if (caller != null) {
      caller.close();
    }
    if (workers != null) {
      workers.close();
    }
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.put("MODEL_DIR", Path.of("model-layer", "models", "snap-tiny").toString());
    environment.put("SCORING_THREADS", "1");
    return environment;
  }

  @Test
  void theAnswerIsTheSame() {
    for (int i = 0; i < 20; i++) {
      JsonNode usage = assertSameAnswer();
      assertThat(usage.path("fan_out").path("slices").asInt()).isEqualTo(2);
      assertThat(usage.path("fan_out").path("failed").asInt()).isZero();
    }
  }

  @Test
  void aWorkerThatStallsThenContinuesThenDiesChangesNothing() throws Exception {
    LocalLambda worker = workers.running().getFirst();
    signal("STOP", worker);
    for (int i = 0; i < 3; i++) {
      assertSameAnswer(); // one slice is held by the stopped process, or finds no free one
    }
    signal("CONT", worker);
    assertSameAnswer();
    signal("STOP", worker);
    assertSameAnswer();
    signal("KILL", worker);
    assertSameAnswer();
    assertThat(worker.exitCode()).isNotZero();
    assertSameAnswer();
  }

  @Test
  void aWorkerThatDiedBeforeItsNextSliceIsReplaced() throws Exception {
    LocalLambda worker = workers.running().getLast();
    signal("KILL", worker);
    assertThat(worker.exitCode()).isNotZero();
    for (int i = 0; i < 3; i++) {
      assertSameAnswer();
    }
    assertThat(workers.running()).isNotEmpty();
  }

  @Test
  void moreSlicesThanWorkersAreThrottledAndChangeNothing() {
    Map<String, String> environment = environment();
    environment.put("FAN_OUT_CANDIDATES", "2");
    environment.put("FAN_OUT_SLICES", "15");
    try (RerankHandler greedy = new RerankHandler(Settings.from(workers.variables(environment)))) {
      JsonNode reply = Lambda.invoke(greedy, request);
      assertThat(reply.path("results")).isEqualTo(expected);
      assertThat(reply.path("usage").path("fan_out").path("slices").asInt()).isEqualTo(14);
    }
  }

  @Test
  void withoutFanOutThePackageNeedsNoLambdaClientAndWithItOneThatLoads() throws Exception {
    try (LambdaPackage function = LambdaPackage.layOut(Path.of(""), DefaultBundle.directory())) {
      try (var jars = Files.list(function.root().resolve("lib"))) {
        List<Path> client =
            jars.filter(jar -> jar.getFileName().toString().startsWith("lambda-")).toList();
        assertThat(client).hasSize(1);
        Files.delete(client.getFirst());
      }
      try (LocalLambda lambda = start(function, Map.of())) {
        lambda.awaitInit();
        byte[] event = Files.readAllBytes(Path.of("events", "direct.json"));
        assertThat(MAPPER.readTree(lambda.invoke(event).body()).path("results")).hasSize(3);
      }
      try (LocalLambda lambda = start(function, Map.of("FAN_OUT_CANDIDATES", "10"))) {
        assertThatThrownBy(lambda::awaitInit)
            .isInstanceOf(LambdaFailure.class)
            .hasMessageStartingWith("the function failed in init: ");
      }
    }
  }

  /** With SnapStart nothing is open before the snapshot, and slices are sent after the restore. */
  @Test
  void aRestoredCopyFansOut() throws Exception {
    try (LambdaPackage function = LambdaPackage.layOut(Path.of(""), DefaultBundle.directory())) {
      Map<String, String> environment = new HashMap<>();
      environment.put("AWS_ENDPOINT_URL_LAMBDA", workers.endpoint().toString());
      environment.put("FAN_OUT_CANDIDATES", "10");
      environment.put("PRIMING_SECONDS", "1");
      environment.put(
          "MODEL_DIR", Path.of("model-layer/models/snap-tiny").toAbsolutePath().toString());
      LambdaConfiguration configuration =
          new LambdaConfiguration(
              LambdaConfiguration.HANDLER, 3008, true, TIME_LIMIT, environment, List.of());
      try (LocalLambda lambda = LocalLambda.start(function, configuration)) {
        lambda.awaitInit();
        lambda.restore();
        String body = lambda.invoke(request.getBytes(StandardCharsets.UTF_8)).body();
        JsonNode reply = Lambda.body(MAPPER.createObjectNode().put("body", body));
        assertThat(reply.path("results")).isEqualTo(expected);
        assertThat(reply.path("usage").path("fan_out").path("slices").asInt()).isEqualTo(2);
        assertThat(String.join("\n", lambda.log())).doesNotContain("git", "commit");
      }
    }
  }

  private static LocalLambda start(LambdaPackage function, Map<String, String> variables)
      throws IOException {
    return LocalLambda.start(
        function,
        new LambdaConfiguration(
            LambdaConfiguration.HANDLER, 3008, false, TIME_LIMIT, variables, List.of()));
  }

  private static JsonNode assertSameAnswer() {
    JsonNode reply = Lambda.invoke(caller, request);
    assertThat(reply.path("results")).as(reply.toString()).isEqualTo(expected);
    assertThat(reply.path("warnings")).isEmpty();
    return reply.path("usage");
  }

  private static void signal(String signal, LocalLambda worker) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + signal, Long.toString(worker.pid())).inheritIO().start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }
}
