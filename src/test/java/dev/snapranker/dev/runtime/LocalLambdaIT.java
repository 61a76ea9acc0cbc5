package dev.snapranker.dev.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.DefaultBundle;
import dev.snapranker.Thorough;
import dev.snapranker.dev.Main;
import dev.snapranker.dev.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The package under Lambda's own runtime client, from init to invoke, and every way to fail. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the runtime interface client runs on Linux only")
@Timeout(180)
class LocalLambdaIT {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String FAILING = MisbehavingHandler.class.getName() + "::handleRequest";
  private static LambdaPackage function;

  @BeforeAll
  static void layOut() throws Exception {
    function = LambdaPackage.layOut(Path.of(""), DefaultBundle.directory());
    String file = MisbehavingHandler.class.getName().replace('.', '/') + ".class";
    Path copy = function.root().resolve(file);
    Files.createDirectories(copy.getParent());
    Files.copy(Path.of("target", "test-classes").resolve(file), copy);
  }

  @AfterAll
  static void delete() throws IOException {
    function.close();
  }

  @Test
  void aRestoredCopyServesEveryKindOfEvent() throws IOException {
    List<Path> before = files(function.folder());
    try (LocalLambda lambda = start(Map.of("PRIMING_SECONDS", "2"))) {
      lambda.awaitInit();
      lambda.restore();
      JsonNode direct = invoke(lambda, event("direct.json"));
      assertThat(direct.path("results")).hasSize(3);
      for (String http : List.of("http-api.json", "rest-api.json", "function-url.json")) {
        assertThat(invoke(lambda, event(http)).path("statusCode").asInt()).isEqualTo(200);
      }
      JsonNode refused = invoke(lambda, "{}".getBytes(StandardCharsets.UTF_8));
      assertThat(refused.path("error").path("code").asText()).isEqualTo("missing_field");

      byte[] elsewhere =
          new String(event("http-api.json"), StandardCharsets.UTF_8)
              .replace("\"rawPath\": \"/rerank\"", "\"rawPath\": \"/git-secret\"")
              .getBytes(StandardCharsets.UTF_8);
      assertThat(invoke(lambda, elsewhere).path("statusCode").asInt()).isEqualTo(404);

      List<JsonNode> records = records(lambda);
      assertThat(records).hasSize(7);
      assertThat(records.getFirst().path("start_ms").has("priming")).isTrue();
      assertThat(records.subList(1, records.size()))
          .extracting(record -> record.path("environment").asText())
          .containsExactly("restored", "warm", "warm", "warm", "warm", "warm");
      assertThat(records.get(5).path("Reason").asText()).isEqualTo("missing_field");
      assertThat(records.getLast().path("route").asText()).isEqualTo("other");
      assertThat(records.get(1).path("Restored").asInt()).isEqualTo(1);
      assertThat(String.join("\n", lambda.log())).doesNotContain("git", "commit", "stash");
    }
    assertThat(files(function.folder())).as("nothing is written").isEqualTo(before);
  }

  @Test
  void anotherServicesEventIsAFailedInvocationAndTheEnvironmentGoesOn() throws IOException {
    try (LocalLambda lambda =
        LocalLambda.start(function, configuration(false, Map.of(), LambdaConfiguration.HANDLER))) {
      lambda.awaitInit();
      for (String wrong : List.of("wrong/sqs-1.json", "wrong/sqs-half-a-surrogate-2.json")) {
        byte[] event = event(wrong);
        assertThatThrownBy(() -> lambda.invoke(event))
            .isInstanceOfSatisfying(
                LambdaFailure.class, e -> assertThat(e.phase()).isEqualTo("invoke"))
            .hasMessageContaining("the function received an SQS event of ")
            .hasMessageContaining("\"stackTrace\":[]");
        assertThat(invoke(lambda, event("alb.json")).path("statusCode").asInt()).isEqualTo(200);
      }
      assertThat(String.join("\n", lambda.log())).doesNotContain("commit", "banana");
    }
  }

  @Test
  void withoutSnapStartTheFirstCallIsCold() throws IOException {
    try (LocalLambda lambda =
        LocalLambda.start(function, configuration(false, Map.of(), LambdaConfiguration.HANDLER))) {
      lambda.awaitInit();
      invoke(lambda, event("direct.json"));
      List<JsonNode> records = records(lambda);
      assertThat(records).hasSize(2);
      assertThat(records.getLast().path("environment").asText()).isEqualTo("cold");
      assertThat(records.getFirst().path("start_ms").has("priming")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MODEL_DIR       | /nowhere | /nowhere/reranker.json cannot be read
          NATIVE_DIR      | /nowhere | NATIVE_DIR is '/nowhere', which has no
          SCORING_THREADS | many     | SCORING_THREADS is 'many'; expected a whole number in 0..256
          """)
  void aWrongSettingIsAnInitError(String variable, String value, String message)
      throws IOException {
    try (LocalLambda lambda = start(Map.of(variable, value))) {
      assertThatThrownBy(lambda::awaitInit)
          .isInstanceOf(LambdaFailure.class)
          .hasMessageStartingWith("the function failed in init: ")
          .hasMessageContaining(message);
      assertThat(lambda.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void aPackageForAnotherProcessorIsAnInitErrorThatNamesTheRightOne() throws IOException {
    boolean isArm = System.getProperty("os.arch").equals("aarch64");
    Path other = Path.of("target", "native", isArm ? "x86_64" : "arm64").toAbsolutePath();
    String here = isArm ? "arm64" : "x86_64";
    try (LocalLambda lambda = start(Map.of("NATIVE_DIR", other.toString()))) {
      assertThatThrownBy(lambda::awaitInit)
          .isInstanceOf(LambdaFailure.class)
          .hasMessageStartingWith("the function failed in init: ")
          .hasMessageContaining(
              "expected the package for %s: give Architecture=%1$s to sam build".formatted(here));
    }
  }

  /**
   * The runtime client puts off a class that does not load to the first event, so a version that
   * cannot work would be published: any missing part must fail the start.
   */
  @ParameterizedTest
  @MethodSource("neededParts")
  void aMissingPartFailsTheStart(String part) throws IOException {
    assertThat(servesWithout(part)).isFalse();
  }

  @Thorough
  @ParameterizedTest
  @MethodSource("parts")
  void eachMissingPartFailsTheStartOrIsNotNeeded(String part) throws IOException {
    var _ = servesWithout(part);
  }

  /** Whether it starts; then it must serve. */
  private static boolean servesWithout(String part) throws IOException {
    Path file = function.root().resolve(part);
    Path aside = function.folder().resolve("aside");
    Files.move(file, aside);
    try (LocalLambda lambda = start(Map.of("PRIMING_SECONDS", "1"))) {
      try {
        lambda.awaitInit();
      } catch (LambdaFailure e) {
        assertThat(e.phase()).as(e.getMessage()).isIn("init", "exit");
        return false;
      }
      lambda.restore();
      assertThat(invoke(lambda, event("http-api.json")).path("statusCode").asInt()).isEqualTo(200);
      assertThat(records(lambda)).hasSize(2);
      return true;
    } finally {
      Files.move(aside, file);
    }
  }

  /** The natives, and jars of which one is asked for first by the snapshot's hooks. */
  static Stream<String> neededParts() throws IOException {
    return parts().filter(part -> part.matches("natives/.*|lib/(crac|jackson-databind)-.*"));
  }

  /** All but the AWS SDK's jars, which only a model in S3 needs. */
  static Stream<String> parts() throws IOException {
    Path root = function.root();
    String sdk =
        list(root.resolve("lib"))
            .map(file -> file.getFileName().toString())
            .filter(name -> name.startsWith("s3-"))
            .map(name -> name.substring(2)) // its version
            .findFirst()
            .orElseThrow();
    return Stream.of("lib", "natives")
        .flatMap(folder -> list(root.resolve(folder)))
        .map(file -> root.relativize(file).toString())
        .filter(part -> !part.endsWith(sdk))
        .sorted();
  }

  @ParameterizedTest
  @CsvSource({"constructor, init, 1", "beforeCheckpoint, init, 64", "afterRestore, restore, 64"})
  void aFailureIsReportedInItsPhase(String where, String phase, int exitCode) throws IOException {
    try (LocalLambda lambda =
        LocalLambda.start(function, configuration(true, Map.of("FAIL", where), FAILING))) {
      assertThatThrownBy(
              () -> {
                lambda.awaitInit();
                lambda.restore();
              })
          .isInstanceOfSatisfying(LambdaFailure.class, e -> assertThat(e.phase()).isEqualTo(phase));
      assertThat(lambda.exitCode()).isEqualTo(exitCode);
      assertThat(String.join("\n", lambda.log())).contains("failed in " + where);
    }
  }

  @Test
  void aHandlersErrorFailsOnlyItsCall() throws IOException {
    try (LocalLambda lambda =
        LocalLambda.start(function, configuration(false, Map.of(), FAILING))) {
      lambda.awaitInit();
      assertThatThrownBy(() -> lambda.invoke(bytes("\"throw\"")))
          .isInstanceOf(LambdaFailure.class)
          .hasMessageContaining("thrown on request");
      assertThat(lambda.invoke(bytes("\"else\"")).body()).isEqualTo("\"well\"");
      assertThatThrownBy(() -> lambda.invoke(bytes("\"out of memory\"")))
          .isInstanceOf(LambdaFailure.class)
          .hasMessageContaining("OutOfMemoryError");
      lambda.exitCode(); // // the runtime exits after an error of the JVM
    }
  }

  @Test
  void aHandlerThatHangsFailsItsCallAtTheTimeLimit() throws IOException {
    LambdaConfiguration hanging =
        new LambdaConfiguration(FAILING, 3538, false, Duration.ofSeconds(2), Map.of(), List.of());
    try (LocalLambda lambda = LocalLambda.start(function, hanging)) {
      lambda.awaitInit();
      assertThatThrownBy(() -> lambda.invoke(bytes("\"hang\"")))
          .isInstanceOf(LambdaFailure.class)
          .hasMessage("the function failed in invoke: no reply within its time limit, 2 s");
    }
  }

  @ParameterizedTest
  @CsvSource({"constructor, false", "constructor, true", "beforeCheckpoint, true"})
  void anInitThatHangsFailsAtItsTimeLimit(String where, boolean snapStart) throws IOException {
    LambdaConfiguration hanging =
        configuration(snapStart, Map.of("FAIL", "hang in " + where), FAILING);
    assertThat(hanging.initLimit()).isEqualTo(Duration.ofSeconds(130));
    try (LocalLambda lambda = LocalLambda.start(function, hanging)) {
      assertThatThrownBy(() -> lambda.awaitInit(Duration.ofSeconds(2)))
          .isInstanceOf(LambdaFailure.class)
          .hasMessage("the function failed in init: it did not end within its time limit, 2 s");
    }
  }

  @Test
  void aRestoreThatHangsFailsAtTheTimeLimit() throws IOException {
    LambdaConfiguration hanging =
        new LambdaConfiguration(
            FAILING,
            3538,
            true,
            Duration.ofSeconds(2),
            Map.of("FAIL", "hang in afterRestore"),
            List.of());
    try (LocalLambda lambda = LocalLambda.start(function, hanging)) {
      lambda.awaitInit();
      assertThatThrownBy(lambda::restore)
          .isInstanceOf(LambdaFailure.class)
          .hasMessage("the function failed in restore: it did not end within its time limit, 2 s");
    }
  }

  @Test
  void aRequestOfSixMegabytesIsRanked() throws IOException {
    ObjectNode request = MAPPER.createObjectNode().put("query", "q").put("top_k", 1);
    ArrayNode candidates = request.putArray("candidates");
    String text = "word ".repeat(6500); // just below MAX_CANDIDATE_CHARS
    while (MAPPER.writeValueAsBytes(request).length + text.length() < (6 << 20) - 10) {
      candidates.add(text);
    }
    byte[] event = MAPPER.writeValueAsBytes(request);
    assertThat(event.length).isBetween(6_200_000, 6 << 20);
    try (LocalLambda lambda = start(Map.of("PRIMING_SECONDS", "0"))) {
      lambda.awaitInit();
      lambda.restore();
      JsonNode reply = invoke(lambda, event);
      assertThat(reply.path("usage").path("candidates").asInt()).isEqualTo(candidates.size());
      assertThat(reply.path("usage").path("truncated").asInt()).isEqualTo(candidates.size());
    }
  }

  @Test
  void callsInARowGetTheSame() throws IOException {
    assertCallsGetTheSame(50);
  }

  @Thorough
  @Test
  void fiveHundredCallsInARowGetTheSame() throws IOException {
    assertCallsGetTheSame(500);
  }

  private static void assertCallsGetTheSame(int calls) throws IOException {
    byte[] event = event("direct.json");
    try (LocalLambda lambda = start(Map.of("PRIMING_SECONDS", "0"))) {
      lambda.awaitInit();
      lambda.restore();
      JsonNode first = invoke(lambda, event).path("results");
      for (int i = 1; i < calls; i++) {
        assertThat(invoke(lambda, event).path("results")).isEqualTo(first);
      }
    }
  }

  @Test
  void environmentsSideBySideGetTheSame() throws IOException {
    byte[] event = event("direct.json");
    List<LocalLambda> environments = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        environments.add(start(Map.of("PRIMING_SECONDS", "0")));
      }
      List<CompletableFuture<LambdaReply>> replies = new ArrayList<>();
      for (LocalLambda lambda : environments) {
        lambda.awaitInit();
        lambda.restore();
        IntStream.range(0, 50).forEach(_ -> replies.add(lambda.invokeLater(event)));
      }
      assertThat(replies.stream().map(reply -> json(reply.join().body()).path("results")))
          .hasSize(150)
          .containsOnly(json(replies.getFirst().join().body()).path("results"));
    } finally {
      environments.forEach(LocalLambda::close);
    }
  }

  @Test
  void theCommandShowsThePhasesAndTheReply() {
    StringWriter out = new StringWriter();
    StringWriter phases = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(phases))
            .execute("lambda", "--snapstart", "--repeat", "3", "--env", "PRIMING_SECONDS=1");
    assertThat(exitCode).as(phases.toString()).isZero();
    assertThat(json(out.toString()).path("results")).hasSize(3);
    List<String> rows = phases.toString().lines().map(line -> line.split(" +", -1)[0]).toList();
    assertThat(rows)
        .startsWith("phase", "init", "priming", "restore", "first", "warm", "processor");
    assertThat(rows.subList(7, rows.size()))
        .isEqualTo(OS.LINUX.isCurrentOs() ? List.of("memory") : List.of());
  }

  @Test
  void theCommandReportsARefusedEvent() {
    StringWriter out = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(new StringWriter()))
            .execute("lambda", "--repeat", "1", "--event", "events/bad/422-empty-query.json");
    assertThat(exitCode).isEqualTo(ExitCode.REFUSED);
    assertThat(json(out.toString()).path("error").path("code").asText()).isEqualTo("empty");
  }

  @Test
  void theCommandFailsAsTheFunctionDoes() {
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setErr(new PrintWriter(err))
            .execute("lambda", "--env", "MAX_CANDIDATES=none");
    assertThat(exitCode).isEqualTo(ExitCode.NOT_STARTED);
    assertThat(err.toString())
        .contains("the function failed in init", "MAX_CANDIDATES is 'none'; expected");
  }

  /** Lambda Managed Instances: several threads share one handler. */
  @Test
  void oneEnvironmentServesSeveralCallsAtOnce() throws IOException {
    byte[] event = event("direct.json");
    try (LocalLambda lambda =
        LocalLambda.start(
            function,
            configuration(
                false, Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "4"), LambdaConfiguration.HANDLER))) {
      lambda.awaitInit();
      List<CompletableFuture<LambdaReply>> replies =
          IntStream.range(0, 60).mapToObj(_ -> lambda.invokeLater(event)).toList();
      assertThat(replies.stream().map(reply -> json(reply.join().body()).path("results")))
          .containsOnly(json(replies.getFirst().join().body()).path("results"));
    }
  }

  /** As in Lambda, only the temporary folder can be written, and there is no home directory. */
  @Test
  void itNeedsNoWritableFilesNoHomeAndNoListOfProcessors() throws Exception {
    String temporary = function.temporary().toString();
    List<String> namespace =
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-ec",
            """
            mount --bind "$1" "$1"
            mount -o remount,ro,bind /
            mkdir "$1/empty"
            mount --bind "$1/empty" /sys/devices/system/cpu
            if touch "$1/../x" 2>/dev/null; then echo "files can be written"; exit 9; fi
            if test -e /sys/devices/system/cpu/possible; then echo "processors are listed"; exit 9; fi
            shift
            exec "$@"
            """,
            "sh",
            temporary);
    List<String> attempt = new ArrayList<>(namespace);
    attempt.addAll(List.of("sh", "-c", "rmdir " + temporary + "/empty 2>/dev/null || true"));
    Process process = new ProcessBuilder(attempt).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(
        process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0,
        "mount namespaces cannot be made here: " + said);
    Files.deleteIfExists(function.temporary().resolve("empty"));

    LambdaConfiguration plain =
        configuration(true, Map.of("PRIMING_SECONDS", "1"), LambdaConfiguration.HANDLER);
    LambdaConfiguration readOnly =
        new LambdaConfiguration(
            plain.handler(),
            plain.memoryMegabytes(),
            true,
            plain.timeLimit(),
            plain.variables(),
            namespace);
    try (LocalLambda lambda = LocalLambda.start(function, readOnly)) {
      lambda.awaitInit();
      lambda.restore();
      assertThat(invoke(lambda, event("direct.json")).path("results")).hasSize(3);
    } finally {
      Files.deleteIfExists(function.temporary().resolve("empty"));
    }
    assertThat(files(function.temporary())).isEmpty();
  }

  private static LocalLambda start(Map<String, String> variables) throws IOException {
    return LocalLambda.start(function, configuration(true, variables, LambdaConfiguration.HANDLER));
  }

  private static LambdaConfiguration configuration(
      boolean snapStart, Map<String, String> variables, String handler) {
    return new LambdaConfiguration(
        handler, 3538, snapStart, Duration.ofSeconds(60), new HashMap<>(variables), List.of());
  }

  private static JsonNode invoke(LocalLambda lambda, byte[] event) {
    return json(lambda.invoke(event).body());
  }

  /**
   * Stops the function and returns its log records, because a log may be later than its replies.
   */
  private static List<JsonNode> records(LocalLambda lambda) {
    ProcessHandle.of(lambda.pid()).ifPresent(ProcessHandle::destroyForcibly);
    assertThatThrownBy(() -> lambda.invoke(bytes("{}"))) // once its log is read to the end
        .isInstanceOf(LambdaFailure.class)
        .hasMessageContaining("exit code 137");
    return lambda.log().stream()
        .filter(line -> line.startsWith("{\""))
        .map(LocalLambdaIT::json)
        .toList();
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] event(String name) throws IOException {
    return Files.readAllBytes(Path.of("events", name));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static Stream<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
