package dev.snapranker.observe;

import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.cloudwatchlogs.emf.environment.EnvironmentProvider;
import software.amazon.cloudwatchlogs.emf.model.MetricsContext;
import software.amazon.cloudwatchlogs.emf.sinks.ConsoleSink;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.internal.EmfMetricsLogger;
import software.amazon.lambda.powertools.metrics.model.DimensionSet;
import software.amazon.lambda.powertools.metrics.model.MetricUnit;

/**
 * One line of JSON for each record, in CloudWatch's Embedded Metric Format: CloudWatch makes
 * metrics of it, and the log keeps it with the request's id. README.md lists what it holds.
 */
public final class EmfTelemetry implements Telemetry {
  private static final String SERVICE = "Service";
  private static final String MODEL = "Model";
  private static final int SERVER_ERROR = 500;

  private final String namespace;
  private final String service;
  private final String model;
  private final EnvironmentProvider output;

  /**
   * @param namespace CloudWatch's, for the metrics
   * @param service the function's name
   * @param model the model's id
   */
  public EmfTelemetry(String namespace, String service, String model) {
    this(namespace, service, model, new EmfOutput(new ConsoleSink()));
  }

  EmfTelemetry(String namespace, String service, String model, EnvironmentProvider output) {
    this.namespace = namespace;
    this.service = service;
    this.model = model;
    this.output = output;
  }

  @Override
  public Telemetry rehearsal() {
    return new EmfTelemetry(namespace, service, model, new EmfOutput(new DiscardingSink()));
  }

  @Override
  public void started(Startup startup) {
    Metrics record = record();
    Map<String, Double> parts = startup.millisByPart();
    record.addMetric(
        "Start",
        parts.values().stream().mapToDouble(Double::doubleValue).sum(),
        MetricUnit.MILLISECONDS);
    record.addMetadata("start_ms", parts);
    record.addMetadata("model_bytes", startup.modelBytes());
    Double filesMillis = parts.get(Startup.MODEL_FILES);
    if (filesMillis != null && filesMillis > 0) {
      record.addMetadata("model_mb_per_second", megabytesPerSecond(startup, filesMillis));
    }
    record.flush();
  }

  /** Of reading and checking the bundles. */
  private static double megabytesPerSecond(Startup startup, double millis) {
    return Math.round(startup.modelBytes() / 1e3 / millis * 10) / 10.0;
  }

  @Override
  public void served(Call call) {
    Metrics record = record();
    record.addMetadata("request_id", call.requestId());
    record.addMetadata("route", call.route());
    record.addMetadata("environment", call.environment().label());
    count(record, "Requests", 1);
    count(record, "Cold", call.environment() == Call.Environment.COLD ? 1 : 0);
    count(record, "Restored", call.environment() == Call.Environment.RESTORED ? 1 : 0);
    millis(record, "Latency", call.totalNanos());
    if (!call.rankings().isEmpty()) {
      ranked(record, call.rankings(), call.parseNanos());
    }
    failed(record, call.failure());
    record.flush();
  }

  @Override
  public void worked(JobWork work) {
    Metrics record = record();
    record.addMetadata("request_id", work.requestId());
    record.addMetadata("shard", work.shard());
    record.addMetadata("line", work.line());
    count(record, "Lines", work.lines());
    count(record, "LineErrors", work.errors());
    count(record, "LineCandidates", (double) work.candidates());
    count(record, "LineTokens", (double) work.tokens());
    count(record, "Shards", work.done() ? 1 : 0);
    record.flush();
  }

  private static void ranked(Metrics record, List<Ranking> rankings, long parseNanos) {
    millis(record, "Parse", parseNanos);
    millis(record, "Tokenize", (long) sum(rankings, Ranking::tokenizeNanos));
    millis(record, "Score", (long) sum(rankings, Ranking::scoreNanos));
    count(record, "Queries", rankings.size());
    count(record, "Candidates", sum(rankings, ranking -> ranking.usage().candidates()));
    count(record, "Tokens", sum(rankings, ranking -> ranking.usage().tokens()));
    count(record, "Truncated", sum(rankings, ranking -> ranking.usage().truncated()));
    count(
        record,
        "Unscored",
        sum(rankings, ranking -> ranking.usage().candidates() - ranking.usage().scored()));
    count(record, "EarlyExits", sum(rankings, ranking -> ranking.usage().earlyExits()));
    count(record, "Passages", sum(rankings, ranking -> ranking.usage().passages()));
    count(record, "Cached", sum(rankings, ranking -> ranking.usage().cached()));
  }

  private static double sum(List<Ranking> rankings, ToLongFunction<Ranking> figure) {
    return rankings.stream().mapToLong(figure).asDoubleStream().sum();
  }

  /** The caller's mistakes and our own failures apart: only these are worth an alarm. */
  private void failed(Metrics record, @Nullable Reason failure) {
    boolean ours = failure != null && failure.status() >= SERVER_ERROR;
    count(record, "ClientErrors", failure != null && !ours ? 1 : 0);
    count(record, "ServerErrors", ours ? 1 : 0);
    if (failure != null) {
      record.addDimension(
          DimensionSet.of(SERVICE, service, MODEL, model, "Reason", failure.code()));
    }
  }

  /** A new one each time: it is not for many threads. */
  private Metrics record() {
    Metrics record = new EmfMetricsLogger(output, new MetricsContext());
    record.setNamespace(namespace);
    record.setDefaultDimensions(DimensionSet.of(SERVICE, service));
    record.addDimension(DimensionSet.of(SERVICE, service, MODEL, model));
    return record;
  }

  private static void count(Metrics record, String name, double value) {
    record.addMetric(name, value, MetricUnit.COUNT);
  }

  private static void millis(Metrics record, String name, long nanos) {
    record.addMetric(name, nanos / 1e6, MetricUnit.MILLISECONDS);
  }
}
