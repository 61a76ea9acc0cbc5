package dev.snapranker.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.api.Fusion;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.TextPolicy;
import dev.snapranker.model.S3Source;
import dev.snapranker.observe.Metrics;
import dev.snapranker.wire.dialect.ModelAliases;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @Test
  void anEmptyEnvironmentGivesTheDefaults() {
    Settings settings = Settings.from(Map.of());
    assertThat(settings.modelDir()).isEqualTo(Path.of("/opt/model"));
    assertThat(settings.nativeDir()).isNull();
    assertThat(settings.scoringThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(settings.limits().maxCandidates()).isEqualTo(1000);
    assertThat(settings.corsAllowOrigin()).isNull();
  }

  @Test
  void anEmptyVariableIsAnUnsetOne() {
    assertThat(Settings.from(Map.of("MAX_CANDIDATES", " ", "CORS_ALLOW_ORIGIN", "")))
        .isEqualTo(Settings.from(Map.of()));
  }

  @Test
  void everySettingIsRead() {
    Settings settings =
        Settings.from(
            Map.ofEntries(
                Map.entry("MODEL_DIR", "m"),
                Map.entry("MODEL_URI", "s3://models/a/b/?versionId=v.1"),
                Map.entry("MODEL_LOAD_SECONDS", "18"),
                Map.entry("NATIVE_DIR", "n"),
                Map.entry("SCORING_THREADS", "3"),
                Map.entry("MAX_CANDIDATES", "11"),
                Map.entry("MAX_CANDIDATE_CHARS", "12"),
                Map.entry("MAX_QUERY_CHARS", "13"),
                Map.entry("BLANK_TEXTS", "last"),
                Map.entry("MAX_PAYLOAD_BYTES", "2000"),
                Map.entry("MAX_JSON_DEPTH", "14"),
                Map.entry("MAX_PASSAGES", "20"),
                Map.entry("MAX_REQUESTS", "21"),
                Map.entry("SCORE_CACHE_MB", "22"),
                Map.entry("MAX_CONCURRENT_REQUESTS", "15"),
                Map.entry("DEADLINE_MARGIN_MS", "16"),
                Map.entry("PRIMING_SECONDS", "17"),
                Map.entry("METRICS_NAMESPACE", "Search/Rerank"),
                Map.entry("METRICS", "all"),
                Map.entry("CORS_ALLOW_ORIGIN", "https://a.example"),
                Map.entry("MODEL_ALIASES", "a-*, b=m"),
                Map.entry("STAGES", "small:30+1.5, large"),
                Map.entry("BUDGET_MS", "19"),
                Map.entry("FUSION", "linear:0.7:z-score"),
                Map.entry("FUSION_FILE", "w.json"),
                Map.entry("FAN_OUT_CANDIDATES", "23"),
                Map.entry("FAN_OUT_SLICES", "24"),
                Map.entry("FAN_OUT_ALIAS", "next")));
    assertThat(settings)
        .isEqualTo(
            new Settings(
                new Platform(null, null, false, null),
                Path.of("m"),
                List.of(new S3Source("models", "a/b", "v.1")),
                18,
                Path.of("n"),
                3,
                new dev.snapranker.api.Limits(11, 12, 13, 2000, 14, 20, 21),
                new TextPolicy(13, 12, true),
                22,
                15,
                16,
                17,
                "Search/Rerank",
                Metrics.ALL,
                "https://a.example",
                new ModelAliases(
                    List.of(new ModelAliases.Alias("a-*", null), new ModelAliases.Alias("b", "m"))),
                List.of(
                    new StageChoice("small", 30, 1.5, null),
                    new StageChoice("large", null, null, null)),
                19,
                new Fusion.Linear(0.7, Fusion.Normalization.Z_SCORE),
                Path.of("w.json"),
                23,
                24,
                "next"));
    assertThat(Settings.ALL).hasSize(28);
  }

  @ParameterizedTest
  @CsvSource({"128, 1", "1769, 1", "1770, 2", "3538, 2", "5307, 3", "10240, 6"})
  void inLambdaTheMemoryDecidesHowManyDocumentsAreScoredAtOnce(String megabytes, int threads) {
    Map<String, String> lambda =
        Map.of("AWS_LAMBDA_FUNCTION_NAME", "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", megabytes);
    assertThat(Settings.from(lambda).scoringThreads()).isEqualTo(threads);
    assertThat(Settings.from(Map.of()).scoringThreads())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"not an origin", "https://a.com, https://b.com", "https://a.com/", "a.com", "*.a"})
  void anOriginThatNoBrowserWouldMatchIsRefused(String origin) {
    assertThatThrownBy(() -> Settings.from(Map.of("CORS_ALLOW_ORIGIN", origin)))
        .hasMessage(
            "CORS_ALLOW_ORIGIN is '%s'; expected an origin like https://example.org, or *"
                .formatted(origin));
  }

  @ParameterizedTest
  @CsvSource({"s3://bucket, bucket, ''", "s3://bucket/, bucket, ''", "s3://b.c-d/x/y, b.c-d, x/y"})
  void aPlaceInS3IsBucketAndPrefix(String uri, String bucket, String prefix) {
    assertThat(Settings.from(Map.of("MODEL_URI", uri)).modelUris())
        .containsExactly(new S3Source(bucket, prefix, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bucket/x",
        "https://bucket/x",
        "s3://",
        "s3://B/x",
        "s3://-bb/x",
        "s3://bb/x?version=1"
      })
  void anotherPlaceIsRefused(String uri) {
    assertThatThrownBy(() -> Settings.from(Map.of("MODEL_URI", uri)))
        .hasMessageStartingWith("MODEL_URI: '" + uri + "' is not an S3 location; expected s3://");
  }

  @Test
  void aNamespaceThatCloudWatchRefusesIsRefused() {
    assertThatThrownBy(() -> Settings.from(Map.of("METRICS_NAMESPACE", "a b")))
        .hasMessageStartingWith("METRICS_NAMESPACE is 'a b'; expected");
    assertThat(Settings.from(Map.of("METRICS_NAMESPACE", "none")).metricsNamespace()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "MAX_CANDIDATES, 0, 1..100000",
    "MAX_CANDIDATES, ten, 1..100000",
    "SCORING_THREADS, -1, 0..256",
    "MAX_PAYLOAD_BYTES, 99999999999, 1024..6291456",
    "MAX_JSON_DEPTH, 6.5, 8..1000"
  })
  void aWrongValueStopsTheStartWithVariableValueAndRange(
      String variable, String value, String allowed) {
    assertThatThrownBy(() -> Settings.from(Map.of(variable, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s is '%s'; expected a whole number in %s".formatted(variable, value, allowed));
  }

  @Test
  void aWrongAliasStopsTheStart() {
    assertThatThrownBy(() -> Settings.from(Map.of("MODEL_ALIASES", "a, b=")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("MODEL_ALIASES: 'b=' is not a model alias; expected NAME or NAME=ID");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "STAGES | a:b | STAGES: 'a:b' is not a stage; expected MODEL, MODEL:KEEP, MODEL:KEEP+MARGIN or MODEL:KEEP@TARGET_RECALL",
        "STAGES | a,b | STAGES: stages[0].keep is missing; expected how many candidates go on to the next stage",
        "STAGES | a:3 | STAGES: stages[0].keep is set; expected none in the last stage",
        "STAGES | a:3+1.2.3,b | STAGES: 'a:3+1.2.3' is not a stage; expected MODEL, MODEL:KEEP, MODEL:KEEP+MARGIN or MODEL:KEEP@TARGET_RECALL",
        "STAGES | a:3@1,b | STAGES: stages[0].target_recall is 1.0; expected a number above 0 and below 1",
        "STAGES | a:3+1@0.9,b | STAGES: 'a:3+1@0.9' is not a stage; expected MODEL, MODEL:KEEP, MODEL:KEEP+MARGIN or MODEL:KEEP@TARGET_RECALL",
        "METRICS | most | METRICS: 'most' is no choice of metrics; expected few or all",
        "FUSION | sum | FUSION: 'sum' is not a fusion; expected none, linear, linear:WEIGHT, linear:WEIGHT:z-score, rrf, rrf:K or learned",
        "FUSION | linear:2 | FUSION: fusion.weight is 2.0; expected 0..1"
      })
  void aWrongPlanStopsTheStart(String variable, String value, String message) {
    assertThatThrownBy(() -> Settings.from(Map.of(variable, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"1e-7, 1.0E-7", "1E-7, 1.0E-7", "2.5e+3, 2500.0", "0, 0.0", ".5, 0.5"})
  void aStagesMarginMayHaveAnExponent(String margin, double read) {
    assertThat(Settings.from(Map.of("STAGES", "a:3+" + margin + ",b")).stages())
        .containsExactly(
            new StageChoice("a", 3, read, null), new StageChoice("b", null, null, null));
  }

  @Test
  void severalBundlesMayBeInS3() {
    assertThat(Settings.from(Map.of("MODEL_URI", "s3://one/a, s3://two")).modelUris())
        .containsExactly(new S3Source("one", "a", null), new S3Source("two", "", null));
  }

  @Test
  void aNativeDirWithoutLibrariesStopsTheStart() {
    assertThatThrownBy(() -> Natives.configure(Path.of("src")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NATIVE_DIR is 'src', which has no ");
  }
}
