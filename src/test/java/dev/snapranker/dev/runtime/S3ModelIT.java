package dev.snapranker.dev.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.model.EmbeddingsFile;
import dev.snapranker.model.FileContent;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.ModelBundle;
import dev.snapranker.model.ModelLoader;
import dev.snapranker.model.S3Source;
import dev.snapranker.observe.Startup;
import dev.snapranker.store.FaultyProxy;
import dev.snapranker.store.FaultyProxy.Fault;
import dev.snapranker.store.S3ObjectStore;
import dev.snapranker.store.S3Server;
import dev.snapranker.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bundle in a real S3 server, over a wire that breaks in every way. */
@Timeout(180)
class S3ModelIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path IN_PARTS =
      Path.of("src", "test", "resources", "families", "bert-in-parts");
  private static final String LATER_PART = "model-1.onnx";
  private static final String EMBEDDINGS = "embeddings.bin";

  private static S3Server s3;
  private static FaultyProxy proxy;

  @BeforeAll
  static void start() throws Exception {
    s3 = S3Server.withBucket("models");
    s3.putBundle(DefaultBundle.directory(), "good");
    proxy = new FaultyProxy(s3.address());
    S3Server.configure(proxy.address());
  }

  @AfterAll
  static void stop() {
    S3Server.forget();
    proxy.close();
    s3.close();
  }

  /** The folder for temporary files, which no other process uses. */
  @TempDir private Path temporary;

  private String systemsOwn = "";

  @BeforeEach
  void useTemporaryFolder() {
    systemsOwn = System.setProperty("java.io.tmpdir", temporary.toString());
  }

  @AfterEach
  void mend() {
    System.setProperty("java.io.tmpdir", systemsOwn);
    proxy.spoil(Fault.NONE, "", 0);
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, 0",
    "DROP, 6",
    "DROP_AT_ONCE, 3",
    "STALL, 1",
    "INTERNAL_ERROR, 3",
    "SLOW_DOWN, 3"
  })
  void aBundleArrivesWholeOverABrokenWire(Fault fault, int times) {
    proxy.spoil(fault, Manifest.MODEL, times);
    ModelBundle here = ModelLoader.load(DefaultBundle.directory());
    try (S3ObjectStore store = new S3ObjectStore()) {
      ModelBundle there = ModelLoader.load(source("good", null), store, LIMIT);
      assertThat(there.manifest()).isEqualTo(here.manifest());
      assertThat(there.tokenizerJson()).isEqualTo(here.tokenizerJson());
      try (FileContent mine = here.part(Manifest.MODEL);
          FileContent theirs = there.part(Manifest.MODEL)) {
        assertThat(theirs.bytes()).isEqualTo(mine.bytes());
      }
      System.out.printf(
          "model %-15s %2d faults, 0 of %d bytes lost%n",
          fault, times, there.manifest().modelBytes());
    }
    assertThat(proxy.left()).as("faults that did not happen").isZero();
  }

  @ParameterizedTest
  @CsvSource({"NONE, 0", "DROP, 4", "INTERNAL_ERROR, 2"})
  void aGraphInPartsIsReadPartByPart(Fault fault, int times) throws Exception {
    s3.putBundle(IN_PARTS, "parts");
    proxy.spoil(fault, LATER_PART, times);
    int before = proxy.requests();
    try (Wiring here =
            Wiring.of(settings(Map.of("MODEL_DIR", IN_PARTS.toString())), new Startup());
        Wiring there =
            Wiring.of(settings(Map.of("MODEL_URI", "s3://models/parts")), new Startup())) {
      assertThat(there.identity()).isEqualTo(here.identity());
    } // whose golden pairs were scored
    assertThat(proxy.left()).as("faults that did not happen").isZero();
    assertThat(proxy.requests() - before).isGreaterThan(here(IN_PARTS).parts().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          WRONG_BYTE    | model 'bert': s3://models/parts/model-1.onnx has sha256
          ACCESS_DENIED | s3://models/parts/model-1.onnx cannot be read: it does not exist, or access is denied
          """)
  void aPartThatIsWrongIsNamed(Fault fault, String message) throws Exception {
    s3.putBundle(IN_PARTS, "parts");
    proxy.spoil(fault, LATER_PART, 1_000_000);
    Settings settings = settings(Map.of("MODEL_URI", "s3://models/parts"));
    assertThatThrownBy(() -> Wiring.of(settings, new Startup())).hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource({"NONE, 0", "DROP, 4", "DROP_AT_ONCE, 3", "STALL, 1", "INTERNAL_ERROR, 3"})
  void embeddingsAreCopiedToTheDiskAndTheCopyIsRemoved(Fault fault, int times) throws Exception {
    s3.putBundle(IN_PARTS, "mapped");
    proxy.spoil(fault, EMBEDDINGS, times);
    try (S3ObjectStore store = new S3ObjectStore()) {
      ModelBundle there = ModelLoader.load(source("mapped", null), store, LIMIT);
      Path folder;
      try (EmbeddingsFile copy = requireNonNull(there.embeddings())) {
        folder = copy.path().getParent();
        assertThat(copy.path()).hasSameBinaryContentAs(IN_PARTS.resolve(EMBEDDINGS));
      }
      assertThat(folder).doesNotExist();
    }
    assertThat(proxy.left()).as("faults that did not happen").isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          WRONG_BYTE     | model 'bert': s3://models/mapped/embeddings.bin has sha256
          ACCESS_DENIED  | s3://models/mapped/embeddings.bin cannot be read: it does not exist, or access is denied
          DROP_AT_ONCE   | s3://models/mapped/embeddings.bin broke off at byte 0 of 51456, 5 times
          """)
  void noCopyOfEmbeddingsThatAreWrongIsLeft(Fault fault, String message) throws Exception {
    s3.putBundle(IN_PARTS, "mapped");
    proxy.spoil(fault, EMBEDDINGS, 1_000_000);
    Settings settings = settings(Map.of("MODEL_URI", "s3://models/mapped"));
    assertThatThrownBy(() -> Wiring.of(settings, new Startup())).hasMessageStartingWith(message);
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void noCopyIsLeftIfTheThreadIsInterrupted() throws Exception {
    s3.putBundle(IN_PARTS, "mapped");
    try (S3ObjectStore store = new S3ObjectStore()) {
      ModelBundle there = ModelLoader.load(source("mapped", null), store, LIMIT);
      Thread.currentThread().interrupt();
      assertThatThrownBy(there::embeddings)
          .hasMessageContaining("embeddings.bin")
          .hasMessageContaining("the thread was interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void theManifestSurvivesABrokenWireToo() {
    proxy.spoil(Fault.DROP, Manifest.FILE, 3);
    assertThat(load("good", null, LIMIT).id()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ACCESS_DENIED  | s3://models/good/model.onnx cannot be read: it does not exist, or access is denied
          DROP_AT_ONCE   | s3://models/good/model.onnx broke off at byte
          INTERNAL_ERROR | s3://models/good/model.onnx broke off at byte
          SLOW_LORIS     | s3://models/good/model.onnx takes too long: the limit of 3 s passed
          """)
  void anObjectThatNeverArrivesIsReported(Fault fault, String message) {
    proxy.spoil(fault, Manifest.MODEL, 1_000_000);
    Duration limit = fault == Fault.SLOW_LORIS ? Duration.ofSeconds(3) : LIMIT;
    assertThatThrownBy(() -> load("good", null, limit))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aManifestThatArrivesTooSlowlyIsReported() {
    proxy.spoil(Fault.SLOW_LORIS, Manifest.FILE, 1_000_000);
    assertThatThrownBy(() -> load("good", null, Duration.ofSeconds(2)))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith("s3://models/good/reranker.json takes too long: the limit of 2 s");
  }

  @Test
  void wrongBytesAreRefused() {
    proxy.spoil(Fault.WRONG_BYTE, Manifest.MODEL, 1);
    assertThatThrownBy(() -> load("good", null, LIMIT))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageMatching(
            "s3://models/good/model.onnx has sha256 [0-9a-f]{64}; reranker.json says [0-9a-f]{64}");
  }

  @Test
  void anObjectOfAnotherSizeIsRefused() throws Exception {
    s3.putBundle(DefaultBundle.directory(), "short");
    byte[] model = Files.readAllBytes(DefaultBundle.directory().resolve(Manifest.MODEL));
    s3.put("short/" + Manifest.MODEL, Arrays.copyOf(model, 1_000_000));
    assertThatThrownBy(() -> load("short", null, LIMIT))
        .isInstanceOf(StoreException.class)
        .hasMessageMatching(
            "s3://models/short/model.onnx (has the size 1000000; expected \\d+ bytes|is shorter than expected)");
  }

  @Test
  void missingObjectsAreNamed() {
    assertThatThrownBy(() -> load("nowhere", null, LIMIT))
        .isInstanceOf(StoreException.class)
        .hasMessage("s3://models/nowhere/reranker.json does not exist (NoSuchKey)");
    S3Source nowhere = new S3Source("no-such-bucket", "x", null);
    try (S3ObjectStore store = new S3ObjectStore()) {
      assertThatThrownBy(() -> ModelLoader.load(nowhere, store, LIMIT))
          .hasMessage("s3://no-such-bucket/x/reranker.json does not exist (NoSuchBucket)");
    }
  }

  @Test
  void aVersionOfTheManifestPinsTheBundle() throws Exception {
    s3.putBundle(DefaultBundle.directory(), "versioned");
    byte[] manifest = Files.readAllBytes(DefaultBundle.directory().resolve(Manifest.FILE));
    String version = s3.put("versioned/" + Manifest.FILE, manifest);
    s3.put("versioned/" + Manifest.FILE, "{}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> load("versioned", null, LIMIT))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("s3://models/versioned/reranker.json");
    assertThat(load("versioned", version, LIMIT).id()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"good", "mapped"})
  @EnabledOnOs(value = OS.LINUX, disabledReason = "the runtime interface client runs on Linux only")
  void aRestoredFunctionRanksAndAsksS3NoMore(String prefix) throws Exception {
    s3.putBundle(IN_PARTS, "mapped");
    try (LambdaPackage function = LambdaPackage.layOut(Path.of(""), Path.of("/nowhere"));
        LocalLambda lambda = LocalLambda.start(function, lambda("s3://models/" + prefix))) {
      lambda.awaitInit();
      int asked = proxy.requests();
      lambda.restore();
      String reply = lambda.invoke(Files.readAllBytes(Path.of("events", "direct.json"))).body();
      assertThat(reply).contains("\"rank\":3");
      assertThat(proxy.requests()).isEqualTo(asked);
      try (Stream<Path> tree = Files.walk(function.temporary())) {
        assertThat(tree.filter(Files::isRegularFile)).as("no copy on disk").isEmpty();
      }
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "the runtime interface client runs on Linux only")
  void aFailureIsAnInitErrorWithTheObjectsName() throws Exception {
    try (LambdaPackage function = LambdaPackage.layOut(Path.of(""), Path.of("/nowhere"));
        LocalLambda lambda = LocalLambda.start(function, lambda("s3://models/nowhere"))) {
      assertThatThrownBy(lambda::awaitInit)
          .isInstanceOf(LambdaFailure.class)
          .hasMessageStartingWith("the function failed in init")
          .hasMessageContaining("s3://models/nowhere/reranker.json does not exist (NoSuchKey)");
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "the runtime interface client runs on Linux only")
  void aJobRunsInARestoredFunction() throws Exception {
    s3.put("in/part.jsonl", Files.readAllBytes(Path.of("events", "queries.jsonl")));
    try (LambdaPackage function = LambdaPackage.layOut(Path.of(""), Path.of("/nowhere"));
        LocalLambda lambda =
            LocalLambda.start(
                function,
                lambda("dev.snapranker.lambda.JobHandler::handleRequest", "s3://models/good"))) {
      lambda.awaitInit();
      lambda.restore();
      String event = "{\"input\": \"s3://models/in/part.jsonl\", \"output\": \"s3://models/out\"}";
      assertThat(lambda.invoke(event.getBytes(StandardCharsets.UTF_8)).body())
          .startsWith("{\"status\":\"done\",");
      assertThat(new String(s3.get("out/part.jsonl"), StandardCharsets.UTF_8).lines()).hasSize(4);
    }
  }

  private static LambdaConfiguration lambda(String uri) {
    return lambda(LambdaConfiguration.HANDLER, uri);
  }

  private static LambdaConfiguration lambda(String handler, String uri) {
    return new LambdaConfiguration(
        handler,
        3538,
        true,
        Duration.ofSeconds(30),
        Map.of(
            "MODEL_URI", uri,
            "PRIMING_SECONDS", "1",
            "AWS_ENDPOINT_URL_S3", proxy.address().toString(),
            "AWS_ACCESS_KEY_ID", "id",
            "AWS_SECRET_ACCESS_KEY", "secret"),
        List.of());
  }

  private static Settings settings(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(DefaultBundle.environment());
    environment.putAll(variables);
    return Settings.from(environment);
  }

  private static Manifest here(Path bundle) {
    return ModelLoader.load(bundle).manifest();
  }

  /** All of a bundle, and its manifest. */
  private static Manifest load(String prefix, @Nullable String version, Duration limit) {
    try (S3ObjectStore store = new S3ObjectStore()) {
      ModelBundle bundle = ModelLoader.load(source(prefix, version), store, limit);
      bundle.manifest().parts().forEach(part -> bundle.part(part).close());
      return bundle.manifest();
    }
  }

  private static S3Source source(String prefix, @Nullable String version) {
    return new S3Source("models", prefix, version);
  }
}
