package dev.snapranker.boot;

import dev.snapranker.api.Fusion;
import dev.snapranker.api.Limits;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.TextPolicy;
import dev.snapranker.model.S3Source;
import dev.snapranker.observe.Metrics;
import dev.snapranker.wire.dialect.ModelAliases;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The function's configuration. In the deployed part, only this class reads the environment. An
 * invalid value stops the start with a message that names the variable, the value and the allowed
 * values. {@code template.yaml} passes exactly {@link #ALL}.
 *
 * @param platform the properties of the Lambda function
 * @param modelDir the model bundle, or a directory of bundles
 * @param modelUris model bundles in S3, used instead of the directory; empty for none
 * @param modelLoadSeconds the time limit for one file of a bundle
 * @param nativeDir the directory of the native libraries; null to extract them from the jars
 * @param scoringThreads how many documents are scored at the same time
 * @param limits the limits on the size of a call
 * @param textPolicy how texts are handled that are too long or blank
 * @param scoreCacheMegabytes the size of the cache of logits; 0 for none
 * @param maxConcurrentRequests how many requests this process handles at the same time; more are
 *     refused
 * @param deadlineMarginMillis how long before Lambda's own deadline scoring stops
 * @param corsAllowOrigin the origin that browsers may call from; null for none
 * @param primingSeconds the time limit for the rehearsal before the snapshot
 * @param metricsNamespace CloudWatch's namespace for the records of calls; null for no records
 * @param metrics which figures of these records are metrics
 * @param modelAliases the loaded model for each name of another service's model
 * @param stages the stages of a request that names none; empty if one model is loaded
 * @param budgetMillis the budget of a native request without one; 0 for as long as Lambda allows
 * @param fusion the fusion of a request that names none
 * @param fusionFile the file with weights for learned fusion; null to use the bundle's
 * @param fanOutCandidates how many candidates one environment scores before others help; 0 for no
 *     help
 * @param fanOutSlices the most slices of a request
 * @param fanOutAlias the function's alias that scores slices
 */
public record Settings(
    Platform platform,
    Path modelDir,
    List<S3Source> modelUris,
    int modelLoadSeconds,
    @Nullable Path nativeDir,
    int scoringThreads,
    Limits limits,
    TextPolicy textPolicy,
    int scoreCacheMegabytes,
    int maxConcurrentRequests,
    int deadlineMarginMillis,
    int primingSeconds,
    @Nullable String metricsNamespace,
    Metrics metrics,
    @Nullable String corsAllowOrigin,
    ModelAliases modelAliases,
    List<StageChoice> stages,
    int budgetMillis,
    Fusion fusion,
    @Nullable Path fusionFile,
    int fanOutCandidates,
    int fanOutSlices,
    String fanOutAlias) {

  /** No Lambda function may run longer. */
  public static final int MOST_BUDGET_MILLIS = 900_000;

  private static final int LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024;

  static final Setting MODEL_DIR =
      new Setting(
          "MODEL_DIR", "/opt/model", "a directory", "The model bundle, or a directory of bundles.");
  private static final Setting MODEL_URI =
      new Setting(
          "MODEL_URI",
          "",
          "`s3://BUCKET/PREFIX`, or with `?versionId=ID` for a version of its reranker.json; several"
              + " with commas between them, or empty",
          "Model bundles in S3, used instead of `MODEL_DIR`.");
  private static final Range MODEL_LOAD_SECONDS =
      new Range(
          "MODEL_LOAD_SECONDS",
          60,
          1,
          120,
          "The time limit in seconds for reading one file of a bundle from S3.");
  static final Setting NATIVE_DIR =
      new Setting(
          "NATIVE_DIR",
          "",
          "a directory, or empty",
          "The directory of the native libraries. Empty: they are extracted from the jars into the"
              + " temporary directory, which makes the start 0.3 s longer.");
  private static final Range SCORING_THREADS =
      new Range(
          "SCORING_THREADS",
          0,
          0,
          256,
          "How many documents are scored at the same time. 0: one for each vCPU of the function's"
              + " memory; outside of Lambda, one for each processor.");
  private static final Range MAX_CANDIDATES =
      new Range("MAX_CANDIDATES", 1000, 1, 100_000, "The most candidates in a request.");
  private static final Range MAX_CANDIDATE_CHARS =
      new Range(
          "MAX_CANDIDATE_CHARS",
          32_768,
          1,
          LAMBDA_PAYLOAD_BYTES,
          "How many characters (UTF-16) of a candidate's text are read. Text beyond this limit or the"
              + " model's window is not scored, and the result is marked `truncated`.");
  private static final Range MAX_QUERY_CHARS =
      new Range(
          "MAX_QUERY_CHARS",
          32_768,
          1,
          LAMBDA_PAYLOAD_BYTES,
          "How many characters (UTF-16) a query may have. A longer query is refused. If the request"
              + " uses the API of a service that cuts long queries, it is cut with a warning.");

  private static final Setting BLANK_TEXTS =
      new Setting(
          "BLANK_TEXTS",
          "refuse",
          "`refuse` or `last`",
          "How candidates without text are handled. `refuse`: the request is refused, except in the"
              + " APIs of services that accept them. `last`: in every API they come last, with the"
              + " lowest score.");
  private static final Range MAX_PAYLOAD_BYTES =
      new Range(
          "MAX_PAYLOAD_BYTES",
          LAMBDA_PAYLOAD_BYTES,
          1024,
          LAMBDA_PAYLOAD_BYTES,
          "The most bytes of a request's or a response's JSON. Lambda's own limit is 6 MB.");
  private static final Range MAX_JSON_DEPTH =
      new Range("MAX_JSON_DEPTH", 64, 8, 1000, "The deepest nesting of a request's JSON.");
  private static final Range MAX_PASSAGES =
      new Range(
          "MAX_PASSAGES",
          32,
          1,
          10_000,
          "How many passages of a candidate are scored when a request asks for `passages`. Text after"
              + " them is not scored, and the result is marked `truncated`.");
  private static final Range MAX_REQUESTS =
      new Range(
          "MAX_REQUESTS",
          32,
          1,
          10_000,
          "The most entries of `requests` in a batch. Together they may have up to `MAX_CANDIDATES`"
              + " candidates.");
  private static final Range SCORE_CACHE_MB =
      new Range(
          "SCORE_CACHE_MB",
          0,
          0,
          4096,
          "The size in megabytes of the cache of logits. One megabyte holds about 8,000 pairs of query"
              + " and passage. 0: no cache.");
  private static final Range MAX_CONCURRENT_REQUESTS =
      new Range(
          "MAX_CONCURRENT_REQUESTS",
          64,
          1,
          10_000,
          "How many requests one process handles at the same time (local server, Managed Instances)."
              + " More requests get 429.");
  private static final Range DEADLINE_MARGIN_MS =
      new Range(
          "DEADLINE_MARGIN_MS",
          250,
          0,
          60_000,
          "How many milliseconds before the function's time limit scoring stops.");
  private static final Range PRIMING_SECONDS =
      new Range(
          "PRIMING_SECONDS",
          30,
          0,
          100,
          "After this many seconds, the rehearsal before the snapshot starts no new round of requests."
              + " It stops earlier once the compiler has nothing left to do. Lambda allows 130 s for"
              + " the whole init.");
  private static final Setting METRICS_NAMESPACE =
      new Setting(
          "METRICS_NAMESPACE",
          "Snapranker",
          "a CloudWatch namespace, or `none`",
          "Where CloudWatch files the metrics of calls. `none`: no metrics, and no log line for each"
              + " call.");
  private static final Setting METRICS =
      new Setting(
          "METRICS",
          "few",
          "`few` or `all`",
          "Which figures of the log line are also CloudWatch metrics, which cost money each month."
              + " `few`: `ClientErrors` and `ServerErrors`. `all`: every figure.");
  static final Setting CORS_ALLOW_ORIGIN =
      new Setting(
          "CORS_ALLOW_ORIGIN",
          "",
          "an origin, `*`, or empty",
          "The origin whose pages may call the function from a browser. Empty: none.");

  static final Setting STAGES =
      new Setting(
          "STAGES",
          "",
          "`MODEL`, or before it one or more `MODEL:KEEP`, `MODEL:KEEP+MARGIN` or"
              + " `MODEL:KEEP@TARGET_RECALL` with commas between them, or empty",
          "The models that rank when a request names none, in their order. Empty: the only loaded"
              + " model.");

  private static final Range BUDGET_MS =
      new Range(
          "BUDGET_MS",
          0,
          0,
          MOST_BUDGET_MILLIS,
          "The time budget in milliseconds for a native request without `budget_ms`. 0: as long as the"
              + " function may run.");

  static final Setting FUSION =
      new Setting(
          "FUSION",
          "none",
          "`none`, `linear`, `linear:WEIGHT`, `linear:WEIGHT:z-score`, `rrf`, `rrf:K` or `learned`",
          "How first-stage scores count if the request does not say it and each candidate has a score.");

  private static final Setting FUSION_FILE =
      new Setting(
          "FUSION_FILE",
          "",
          "a file that `fit-fusion` wrote, or empty",
          "The weights of `learned` fusion. Empty: the weights in the bundle, if it has any.");

  private static final Range FAN_OUT_CANDIDATES =
      new Range(
          "FAN_OUT_CANDIDATES",
          0,
          0,
          100_000,
          "How many candidates one execution environment scores. A request with more is cut into"
              + " slices, which other environments of the function score at the same time. 0: no"
              + " fan-out, whatever a request says.");

  private static final Range FAN_OUT_SLICES =
      new Range(
          "FAN_OUT_SLICES",
          20,
          2,
          1000,
          "The most slices of a request, including the one that its own environment scores.");

  private static final Setting FAN_OUT_ALIAS =
      new Setting(
          "FAN_OUT_ALIAS",
          "live",
          "an alias or a version of the function",
          "Which alias of the function scores the slices.");

  private static final Setting MODEL_ALIASES =
      new Setting(
          "MODEL_ALIASES",
          "rerank-*,jina-reranker-*,amazon.rerank-*,cohere.rerank-*",
          "`NAME` or `NAME=ID`, several with commas between them",
          "Model names of other services that the function accepts. `NAME` means the loaded model,"
              + " `NAME=ID` the model with this id; `*` stands for any characters. Other names are"
              + " refused.");

  /** All settings, in the order of the README and {@code template.yaml}. */
  public static final List<Setting> ALL =
      List.of(
          MODEL_DIR,
          MODEL_URI,
          MODEL_LOAD_SECONDS.setting(),
          NATIVE_DIR,
          SCORING_THREADS.setting(),
          MAX_CANDIDATES.setting(),
          MAX_CANDIDATE_CHARS.setting(),
          MAX_QUERY_CHARS.setting(),
          BLANK_TEXTS,
          MAX_PAYLOAD_BYTES.setting(),
          MAX_JSON_DEPTH.setting(),
          MAX_PASSAGES.setting(),
          MAX_REQUESTS.setting(),
          SCORE_CACHE_MB.setting(),
          MAX_CONCURRENT_REQUESTS.setting(),
          DEADLINE_MARGIN_MS.setting(),
          PRIMING_SECONDS.setting(),
          METRICS_NAMESPACE,
          METRICS,
          CORS_ALLOW_ORIGIN,
          MODEL_ALIASES,
          STAGES,
          BUDGET_MS.setting(),
          FUSION,
          FUSION_FILE,
          FAN_OUT_CANDIDATES.setting(),
          FAN_OUT_SLICES.setting(),
          FAN_OUT_ALIAS);

  /** The settings of this process. */
  public static Settings fromEnvironment() {
    return from(System.getenv());
  }

  public static Settings from(Map<String, String> environment) {
    ToIntFunction<Range> number = range -> range.read(value(environment, range.setting()));
    int threads = number.applyAsInt(SCORING_THREADS);
    String nativeDir = value(environment, NATIVE_DIR);
    String fusionFile = value(environment, FUSION_FILE);
    Platform platform = Platform.from(environment);
    return new Settings(
        platform,
        Path.of(value(environment, MODEL_DIR)),
        parsed(environment, MODEL_URI, Settings::modelUris),
        number.applyAsInt(MODEL_LOAD_SECONDS),
        nativeDir.isEmpty() ? null : Path.of(nativeDir),
        threads == 0 ? platform.processors() : threads,
        new Limits(
            number.applyAsInt(MAX_CANDIDATES),
            number.applyAsInt(MAX_CANDIDATE_CHARS),
            number.applyAsInt(MAX_QUERY_CHARS),
            number.applyAsInt(MAX_PAYLOAD_BYTES),
            number.applyAsInt(MAX_JSON_DEPTH),
            number.applyAsInt(MAX_PASSAGES),
            number.applyAsInt(MAX_REQUESTS)),
        new TextPolicy(
            number.applyAsInt(MAX_QUERY_CHARS),
            number.applyAsInt(MAX_CANDIDATE_CHARS),
            blankLast(value(environment, BLANK_TEXTS))),
        number.applyAsInt(SCORE_CACHE_MB),
        number.applyAsInt(MAX_CONCURRENT_REQUESTS),
        number.applyAsInt(DEADLINE_MARGIN_MS),
        number.applyAsInt(PRIMING_SECONDS),
        metricsNamespace(value(environment, METRICS_NAMESPACE)),
        parsed(environment, METRICS, Metrics::parse),
        origin(value(environment, CORS_ALLOW_ORIGIN)),
        parsed(environment, MODEL_ALIASES, ModelAliases::parse),
        parsed(environment, STAGES, StageChoice::parse),
        number.applyAsInt(BUDGET_MS),
        parsed(environment, FUSION, Fusion::parse),
        fusionFile.isEmpty() ? null : Path.of(fusionFile),
        number.applyAsInt(FAN_OUT_CANDIDATES),
        number.applyAsInt(FAN_OUT_SLICES),
        alias(value(environment, FAN_OUT_ALIAS)));
  }

  private static String alias(String value) {
    if (!value.matches("[a-zA-Z0-9_-]{1,128}")) {
      throw new IllegalArgumentException(
          "%s is '%s'; expected the name of an alias (letters, digits, - and _), or a version"
              .formatted(FAN_OUT_ALIAS.variable(), value));
    }
    return value;
  }

  private static boolean blankLast(String value) {
    return switch (value) {
      case "refuse" -> false;
      case "last" -> true;
      default ->
          throw new IllegalArgumentException(
              "%s is '%s'; expected refuse or last".formatted(BLANK_TEXTS.variable(), value));
    };
  }

  private static List<S3Source> modelUris(String value) {
    return value.isEmpty()
        ? List.of()
        : Arrays.stream(value.split(",", -1)).map(uri -> S3Source.parse(uri.strip())).toList();
  }

  private static @Nullable String origin(String value) {
    if (!value.matches("|\\*|https?://[^/\\s,*]+")) {
      throw new IllegalArgumentException(
          "%s is '%s'; expected an origin like https://example.org, or *"
              .formatted(CORS_ALLOW_ORIGIN.variable(), value));
    }
    return value.isEmpty() ? null : value;
  }

  private static @Nullable String metricsNamespace(String value) {
    if (!value.matches("[a-zA-Z0-9._#/-]{1,255}")) {
      throw new IllegalArgumentException(
          "%s is '%s'; expected a CloudWatch namespace (letters, digits and ._#/-), or none"
              .formatted(METRICS_NAMESPACE.variable(), value));
    }
    return value.equals("none") ? null : value;
  }

  /** Parses a value with its own syntax; a failure names the variable. */
  private static <T> T parsed(
      Map<String, String> environment, Setting setting, Function<String, T> parser) {
    try {
      return parser.apply(value(environment, setting));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting.variable() + ": " + e.getMessage(), e);
    }
  }

  private static String value(Map<String, String> environment, Setting setting) {
    String value = environment.getOrDefault(setting.variable(), "").strip();
    return value.isEmpty() ? setting.defaultValue() : value;
  }

  /** A whole number between two bounds. */
  private record Range(Setting setting, int least, int most) {
    Range(String variable, int defaultValue, int least, int most, String why) {
      this(
          new Setting(variable, Integer.toString(defaultValue), least + ".." + most, why),
          least,
          most);
    }

    int read(String value) {
      try {
        int number = Integer.parseInt(value);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Refused below, like a number out of range.
      }
      throw new IllegalArgumentException(
          "%s is '%s'; expected a whole number in %s"
              .formatted(setting.variable(), value, setting.allowed()));
    }
  }
}
