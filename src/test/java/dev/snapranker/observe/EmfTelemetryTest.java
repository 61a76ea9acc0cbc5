package dev.snapranker.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.api.FanOutUsage;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.StageUsage;
import dev.snapranker.api.Usage;
import dev.snapranker.model.Sha256;
import dev.snapranker.observe.CallRecord.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.cloudwatchlogs.emf.model.MetricsContext;
import software.amazon.cloudwatchlogs.emf.sinks.ISink;

class EmfTelemetryTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Ranking RANKING =
      new Ranking(
          "m",
          List.of(new RankedCandidate("a", 0, 1, null, true, null, List.of())),
          new Usage(
              7,
              6,
              1,
              0,
              List.of(
                  new StageUsage("a", 7, 6, 1, 5, 4, 590), new StageUsage("b", 2, 2, 0, 2, 0, 300)),
              null,
              null),
          2_000_000,
          30_000_000,
          List.of());

  private static final Ranking FANNED_OUT =
      new Ranking(
          "m",
          List.of(),
          new Usage(
              7,
              7,
              0,
              0,
              List.of(new StageUsage("a", 7, 7, 0, 7, 0, 590)),
              null,
              new FanOutUsage(3, 2, 1, 4, List.of("timeout"), 20_000_000)),
          0,
          0,
          List.of());

  private static final List<Ranking> ONE = List.of(RANKING);

  private final List<JsonNode> lines = new ArrayList<>();
  private final Telemetry telemetry = telemetry(Metrics.ALL);

  private Telemetry telemetry(Metrics metrics) {
    return new EmfTelemetry("Space", "function", "model", metrics, new Keeping(lines));
  }

  @Test
  void aRankedCallIsOneRecordWithItsStages() {
    telemetry.served(
        new CallRecord(
            "r-1", "/v2/rerank", Environment.WARM, null, List.of(RANKING), 1_000_000, 34_500_000));
    JsonNode record = lines.getFirst();
    assertThat(lines).hasSize(1);
    assertThat(record.path("request_id").asText()).isEqualTo("r-1");
    assertThat(record.path("route").asText()).isEqualTo("/v2/rerank");
    assertThat(record.path("environment").asText()).isEqualTo("warm");
    assertThat(figures(record, "Latency", "Parse", "Tokenize", "Score"))
        .containsExactly(34.5, 1.0, 2.0, 30.0);
    assertThat(figures(record, "Requests", "Candidates", "Tokens", "Truncated"))
        .containsExactly(1.0, 7.0, 890.0, 1.0);
    assertThat(figures(record, "Unscored", "EarlyExits")).containsExactly(1.0, 4.0);
    assertThat(figures(record, "Cold", "Restored", "ClientErrors", "ServerErrors"))
        .containsExactly(0.0, 0.0, 0.0, 0.0);
    assertThat(dimensions(record)).hasToString("[[\"Service\"],[\"Service\",\"Model\"]]");
    assertThat(record.path("Service").asText()).isEqualTo("function");
    assertThat(record.path("Model").asText()).isEqualTo("model");
    assertThat(record.at("/_aws/CloudWatchMetrics/0/Namespace").asText()).isEqualTo("Space");
  }

  @Test
  void severalQueriesAreOneRecordWithTheirSum() {
    telemetry.served(
        new CallRecord("r", "/rerank", Environment.WARM, null, List.of(RANKING, RANKING), 1, 1));
    assertThat(lines).hasSize(1);
    assertThat(figures(lines.getFirst(), "Requests", "Queries", "Candidates", "Tokens", "Score"))
        .containsExactly(1.0, 2.0, 14.0, 1780.0, 60.0);
    assertThat(figures(lines.getFirst(), "Passages", "Cached")).containsExactly(14.0, 8.0);
  }

  @Test
  void aCallThatFannedOutRecordsItsSlicesAndWhatFailed() {
    telemetry.served(
        new CallRecord("r", "direct", Environment.WARM, null, List.of(FANNED_OUT, RANKING), 1, 1));
    JsonNode record = lines.getFirst();
    assertThat(figures(record, "Slices", "AnsweredSlices", "ThrottledSlices", "FailedSlices"))
        .containsExactly(3.0, 2.0, 1.0, 4.0);
    assertThat(figures(record, "SlowestSlice")).containsExactly(20.0);
    assertThat(record.path("slice_problems"))
        .extracting(JsonNode::asText)
        .containsExactly("timeout");

    telemetry.served(new CallRecord("r", "direct", Environment.WARM, null, List.of(RANKING), 1, 1));
    assertThat(lines.getLast().has("Slices")).isFalse();
  }

  @Test
  void theFirstCallRecordsTheStateOfTheEnvironment() {
    telemetry.served(new CallRecord("r", "direct", Environment.COLD, null, List.of(RANKING), 1, 1));
    telemetry.served(
        new CallRecord("r", "direct", Environment.RESTORED, null, List.of(RANKING), 1, 1));
    assertThat(figures(lines.getFirst(), "Cold", "Restored")).containsExactly(1.0, 0.0);
    assertThat(figures(lines.getLast(), "Cold", "Restored")).containsExactly(0.0, 1.0);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void aFailureIsCountedByItsReason(Reason reason) {
    telemetry.served(
        new CallRecord("r", "direct", Environment.WARM, reason, List.of(), 0, 1_000_000));
    JsonNode record = lines.getFirst();
    boolean ours =
        List.of(Reason.INTERNAL, Reason.TIMED_OUT, Reason.OUT_OF_MEMORY).contains(reason);
    assertThat(figures(record, "ClientErrors", "ServerErrors"))
        .containsExactly(ours ? 0.0 : 1.0, ours ? 1.0 : 0.0);
    assertThat(record.path("Reason").asText()).isEqualTo(reason.code());
    assertThat(dimensions(record))
        .hasToString("[[\"Service\"],[\"Service\",\"Model\"],[\"Service\",\"Model\",\"Reason\"]]");
    assertThat(record.has("Score")).isFalse();
  }

  @Test
  void aStartRecordsItsParts() {
    Startup startup = new Startup();
    assertThat(startup.time("model files", () -> "bundle")).isEqualTo("bundle");
    startup.time("priming", () -> {});
    telemetry.started(startup);
    JsonNode record = lines.getFirst();
    List<String> parts = new ArrayList<>();
    record.path("start_ms").fieldNames().forEachRemaining(parts::add);
    assertThat(parts).containsExactly("model files", "priming");
    assertThat(record.has("Start")).isTrue();
  }

  @Test
  void aStartRecordsTheSpeedOfLoadingTheModel() {
    Startup startup = new Startup();
    startup.addModelBytes(50_000_000);
    startup.time(Startup.MODEL_FILES, EmfTelemetryTest::workForMilliseconds);
    telemetry.started(startup);
    double seconds = lines.getFirst().at("/start_ms/" + Startup.MODEL_FILES).asDouble() / 1000;
    assertThat(lines.getFirst().path("model_mb_per_second").asDouble())
        .isCloseTo(50 / seconds, withinPercentage(1));
  }

  /** Less would be rounded to nothing. */
  private static void workForMilliseconds() {
    assertThat(Sha256.hex(new byte[20 << 20])).hasSize(64);
  }

  @Test
  void aJobsProgressIsOneRecord() {
    telemetry.worked(
        new JobWork("r-1", "s3://b/in/part-1.jsonl", 120, 100, 3, 9700, 800_000, true));
    JsonNode record = lines.getFirst();
    assertThat(record.path("shard").asText()).isEqualTo("s3://b/in/part-1.jsonl");
    assertThat(record.path("line").asInt()).isEqualTo(120);
    assertThat(figures(record, "Lines", "LineErrors", "LineCandidates", "LineTokens", "Shards"))
        .containsExactly(100.0, 3.0, 9700.0, 800_000.0, 1.0);
  }

  @Test
  void theLogLineHasTheSameFiguresWhateverIsAMetric() {
    telemetry(Metrics.ALL)
        .served(new CallRecord("r", "direct", Environment.WARM, Reason.EMPTY, ONE, 1, 2));
    telemetry(Metrics.FEW)
        .served(new CallRecord("r", "direct", Environment.WARM, Reason.EMPTY, ONE, 1, 2));
    JsonNode all = lines.getFirst();
    JsonNode few = lines.getLast();
    assertThat(withoutMetadata(few)).isEqualTo(withoutMetadata(all)).hasSizeGreaterThan(20);
    assertThat(few.toString().length()).as("bytes, by docs/cost.md").isBetween(500, 800);
  }

  @ParameterizedTest
  @EnumSource(Metrics.class)
  void aJobsRecordAndAStartsRecordAreLoggedWhateverIsAMetric(Metrics metrics) {
    telemetry(metrics).worked(new JobWork("r", "s3://b/in/1.jsonl", 1, 2, 3, 4, 5, true));
    telemetry(metrics).started(new Startup());
    assertThat(lines.getFirst().path("LineErrors").asDouble()).isEqualTo(3);
    assertThat(lines.getLast().path("Start").isNumber()).isTrue();
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.path("Service").asText()).isEqualTo("function"));
  }

  /** docs/cost.md says what they cost. */
  @Test
  void fewAreTwoMetricsThatCloudWatchBills() throws IOException {
    serveEverything(telemetry(Metrics.FEW));
    assertThat(billed())
        .containsExactlyInAnyOrder(
            "ClientErrors {Service=function}", "ServerErrors {Service=function}");
    assertThat(costPage()).contains("| `few` | 2 |");
  }

  @Test
  void allAreManyMoreThatCloudWatchBills() throws IOException {
    telemetry.started(new Startup());
    telemetry.served(new CallRecord("r", "direct", Environment.WARM, null, ONE, 1, 1));
    int calls = billed().size();
    telemetry.served(
        new CallRecord("r", "direct", Environment.WARM, Reason.EMPTY, List.of(), 0, 1));
    int perReason = billed().size() - calls;
    lines.clear();
    telemetry.started(new Startup());
    telemetry.worked(new JobWork("r", "s3://b/in/1.jsonl", 1, 2, 3, 4, 5, true));
    int jobs = billed().size();
    assertThat(costPage())
        .contains(
            "| `all` | %d, %d more for each error code that occurred, %d for the job function |"
                .formatted(calls, perReason, jobs));
  }

  private static void serveEverything(Telemetry telemetry) {
    telemetry.started(new Startup());
    telemetry.served(new CallRecord("r", "direct", Environment.COLD, null, ONE, 1, 1));
    for (Reason reason : Reason.values()) {
      telemetry.served(new CallRecord("r", "direct", Environment.WARM, reason, List.of(), 0, 1));
    }
    telemetry.worked(new JobWork("r", "s3://b/in/1.jsonl", 1, 2, 3, 4, 5, true));
  }

  /** Each name with each set of dimension values is a metric. */
  private Set<String> billed() {
    Set<String> billed = new TreeSet<>();
    for (JsonNode line : lines) {
      for (JsonNode directive : line.at("/_aws/CloudWatchMetrics")) {
        for (JsonNode dimensions : directive.path("Dimensions")) {
          Map<String, String> values = new TreeMap<>();
          dimensions.forEach(name -> values.put(name.asText(), line.path(name.asText()).asText()));
          directive
              .path("Metrics")
              .forEach(metric -> billed.add(metric.path("Name").asText() + " " + values));
        }
      }
    }
    return billed;
  }

  private static Map<String, JsonNode> withoutMetadata(JsonNode line) {
    Map<String, JsonNode> fields = new TreeMap<>();
    line.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    fields.remove("_aws");
    return fields;
  }

  private static String costPage() throws IOException {
    return Files.readString(Path.of("docs", "cost.md"));
  }

  @Test
  void aRehearsalLeavesNoRecord() {
    telemetry
        .rehearsal()
        .served(new CallRecord("r", "direct", Environment.WARM, null, List.of(RANKING), 1, 1));
    assertThat(lines).isEmpty();
  }

  private static List<Double> figures(JsonNode record, String... names) {
    return List.of(names).stream().map(name -> record.path(name).asDouble(-1)).toList();
  }

  private static JsonNode dimensions(JsonNode record) {
    return record.at("/_aws/CloudWatchMetrics/0/Dimensions");
  }

  /** Keeps what would be printed. */
  private record Keeping(List<JsonNode> lines) implements ISink {
    @Override
    public void accept(MetricsContext context) {
      try {
        for (String line : context.serialize()) {
          lines.add(MAPPER.readTree(line));
        }
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public CompletableFuture<Void> shutdown() {
      return CompletableFuture.completedFuture(null);
    }
  }
}
