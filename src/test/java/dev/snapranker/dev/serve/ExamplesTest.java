package dev.snapranker.dev.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files of {@code examples/}, each in a process of its own. Those in Java always run, curl's
 * where there is a curl that signs, the others with {@code -Dexamples.python}, an interpreter with
 * boto3, and {@code -Dexamples.node}, a folder with TypeScript's files and their modules.
 */
@Timeout(120)
class ExamplesTest {
  private static final Map<String, String> SIGNED =
      Map.of(
          "AWS_REGION", "eu-west-1",
          "AWS_DEFAULT_REGION", "eu-west-1", // boto3's
          "AWS_ACCESS_KEY_ID", DeployedApi.CREDENTIALS.accessKeyId(),
          "AWS_SECRET_ACCESS_KEY", DeployedApi.CREDENTIALS.secretAccessKey(),
          "AWS_SESSION_TOKEN", DeployedApi.CREDENTIALS.sessionToken());

  /** The oldest that the examples in Java promise to run on. */
  private static final String OLDEST_JAVA = "21";

  private static DeployedApi api;

  @TempDir static Path folder;

  @BeforeAll
  static void start() throws IOException {
    api = new DeployedApi();
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    null,
                    null,
                    "-Xlint:all,-processing,-classfile,-path",
                    "-Werror",
                    "-proc:none",
                    "--release",
                    OLDEST_JAVA,
                    "-d",
                    folder.toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "examples/java/Rerank.java",
                    "examples/java/Invoke.java"))
        .as("javac's exit code")
        .isZero();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  enum Language {
    CURL,
    PYTHON,
    TYPESCRIPT,
    JAVA;

    /** The command that runs an example. */
    private List<String> command(String name) {
      return switch (this) {
        case CURL -> {
          assumeTrue(curlSigns(), "no curl that signs here");
          yield List.of("sh", "examples/curl/" + name + ".sh");
        }
        case PYTHON -> {
          String python = System.getProperty("examples.python");
          assumeTrue(python != null, "-Dexamples.python names no interpreter with boto3");
          yield List.of(python, "examples/python/" + name + ".py");
        }
        case TYPESCRIPT -> {
          String node = System.getProperty("examples.node");
          assumeTrue(node != null, "-Dexamples.node names no folder with node_modules");
          yield List.of(node + "/node_modules/.bin/tsx", node + "/" + name + ".ts");
        }
        case JAVA ->
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                folder + File.pathSeparator + System.getProperty("java.class.path"),
                name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1));
      };
    }

    private boolean showsReply() {
      return this == CURL;
    }
  }

  static Stream<Map<String, String>> credentials() {
    return Stream.of(
        SIGNED,
        Map.of("SNAPRANKER_TOKEN", DeployedApi.TOKEN),
        Map.of("SNAPRANKER_API_KEY", DeployedApi.API_KEY));
  }

  @ParameterizedTest
  @EnumSource
  void eachKindOfCredentialsIsTaken(Language language) throws Exception {
    for (Map<String, String> credentials : credentials().toList()) {
      Finished finished = rerank(language, credentials, null);
      assertRanked(language, finished);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLocalServerNeedsNone(Language language) throws Exception {
    Finished finished =
        run(language.command("rerank"), Map.of("SNAPRANKER_URL", RunningServer.url() + "/"));
    assertRanked(language, finished);
  }

  @ParameterizedTest
  @EnumSource
  void otherCredentialsFailWithTheApisWords(Language language) throws Exception {
    Map<String, String> wrong = new HashMap<>(SIGNED);
    wrong.put("AWS_SECRET_ACCESS_KEY", "another");
    for (Map<String, String> credentials : List.of(wrong, Map.of("SNAPRANKER_TOKEN", "x"))) {
      Finished finished = rerank(language, credentials, null);
      assertThat(finished.exit()).isNotZero();
      assertThat(finished.shown()).contains("403").contains("Forbidden");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRefusedRequestsErrorIsShown(Language language) throws Exception {
    Finished finished = rerank(language, SIGNED, "{\"query\": \"q\", \"candidates\": []}");
    assertThat(finished.exit()).isNotZero();
    assertThat(finished.shown()).contains("422").contains("candidates is empty");
  }

  @ParameterizedTest
  @EnumSource(names = "CURL", mode = EnumSource.Mode.EXCLUDE)
  void aDirectInvokeRanks(Language language) throws Exception {
    assertRanked(language, invoke(language, SIGNED, null));
  }

  @ParameterizedTest
  @EnumSource(names = "CURL", mode = EnumSource.Mode.EXCLUDE)
  void aDirectInvokesErrorsAreShown(Language language) throws Exception {
    Finished refused = invoke(language, SIGNED, "{\"query\": \"q\", \"candidates\": []}");
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.shown()).contains("422 empty: candidates is empty");

    String queue = Files.readString(Path.of("events/wrong/sqs-1.json"));
    Finished failed = invoke(language, SIGNED, queue);
    assertThat(failed.exit()).isNotZero();
    assertThat(failed.shown()).contains("SQS");

    Map<String, String> wrong = new HashMap<>(SIGNED);
    wrong.put("AWS_SECRET_ACCESS_KEY", "another");
    Finished unsigned = invoke(language, wrong, null);
    assertThat(unsigned.exit()).isNotZero();
    assertThat(unsigned.shown()).contains("does not match");
  }

  /** They are compiled and run here with the same libraries that JBang would download. */
  @ParameterizedTest
  @ValueSource(strings = {"Rerank", "Invoke"})
  void theJavaAndTheJarsThatAreNamedAreTheOnesTested(String name) throws Exception {
    List<String> lines = Files.readAllLines(Path.of("examples/java/" + name + ".java"));
    assertThat(lines).contains("//JAVA " + OLDEST_JAVA + "+");
    List<String> named = lines.stream().filter(line -> line.startsWith("//DEPS ")).toList();
    assertThat(named)
        .isNotEmpty()
        .allSatisfy(line ->
            assertThat(System.getProperty("java.class.path"))
                .contains(line.replaceAll(".*:(.+):(.+)", "/$1-$2.jar")));
  }

  @ParameterizedTest
  @MethodSource
  void noExampleHoldsASecret(Path example) throws Exception {
    assertThat(Files.readString(example))
        .doesNotContain("AKIA")
        .doesNotContainPattern("(?i)(secret|token|api_key)[a-z_]* ?[:=] ?[\"'][A-Za-z0-9/+]{8,}");
  }

  static List<Path> noExampleHoldsASecret() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("examples"))) {
      return files
          .filter(file -> file.toString().matches(".*\\.(sh|py|ts|java|json)"))
          .filter(file -> !file.toString().matches(".*/(target|node_modules)/.*"))
          .toList();
    }
  }

  private static Finished rerank(
      Language language, Map<String, String> credentials, @Nullable String request)
      throws Exception {
    Map<String, String> environment = new HashMap<>(credentials);
    environment.put("SNAPRANKER_URL", api.url());
    return run(with(language.command("rerank"), request), environment);
  }

  private static Finished invoke(
      Language language, Map<String, String> credentials, @Nullable String request)
      throws Exception {
    Map<String, String> environment = new HashMap<>(credentials);
    environment.put("AWS_ENDPOINT_URL_LAMBDA", api.url());
    List<String> command = new ArrayList<>(language.command("invoke"));
    command.add(DeployedApi.FUNCTION_ALIAS);
    return run(with(command, request), environment);
  }

  private static List<String> with(List<String> command, @Nullable String request) {
    return request == null ? command : Stream.concat(command.stream(), Stream.of(request)).toList();
  }

  private static void assertRanked(Language language, Finished finished) {
    assertThat(finished.exit()).as(finished.shown()).isZero();
    if (language.showsReply()) {
      assertThat(finished.output())
          .contains("\"results\":[{\"id\":\"reset\",\"index\":1,\"rank\":1,");
    } else {
      assertThat(finished.output().lines())
          .satisfiesExactly(
              first -> assertThat(first).matches("1 +0\\.8\\d{3} +reset"),
              second -> assertThat(second).matches("2 +0\\.0\\d{3} +0"));
    }
  }

  /** No setting of this machine's user gets in: neither credentials nor profiles. */
  private static Finished run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile(folder, "errors", null);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().putAll(environment);
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    builder.environment().put("AWS_CONFIG_FILE", folder.resolve("none").toString());
    builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", folder.resolve("none").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Finished(process.waitFor(), output, Files.readString(errors));
  }

  private static boolean curlSigns() {
    try {
      return run(List.of("curl", "--help", "all"), Map.of()).output().contains("--fail-with-body");
    } catch (IOException e) {
      return false; // no curl
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private record Finished(int exit, String output, String errors) {
    /** All that its user sees. */
    String shown() {
      return output + errors;
    }
  }
}
