package dev.snapranker.observe;

import dev.snapranker.api.FanOutUsage;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.cloudwatchlogs.emf.environment.LambdaEnvironment;
import software.amazon.cloudwatchlogs.emf.model.DimensionSet;
import software.amazon.cloudwatchlogs.emf.model.MetricsContext;
import software.amazon.cloudwatchlogs.emf.model.Unit;
import software.amazon.cloudwatchlogs.emf.sinks.ConsoleSink;
import software.amazon.cloudwatchlogs.emf.sinks.ISink;

/**
 * One line of JSON for each record, in CloudWatch's Embedded Metric Format: CloudWatch makes
 * metrics of some figures ({@link Metrics}), and the log keeps all of them with the request's id.
 */
public final class EmfTelemetry implements Telemetry {
  private static final String SERVICE = "Service";
  private static final String MODEL = "Model";
  private static final String REASON = "Reason";
  private static final int SERVER_ERROR = 500;

  private final String namespace;
  private final String service;
  private final String model;
  private final Metrics metrics;
  private final ISink sink;

  /**
   * @param namespace CloudWatch's, for the metrics
   * @param service the function's name
   * @param model the model's id
   * @param metrics which figures are metrics
   */
  public EmfTelemetry(String namespace, String service, String model, Metrics metrics) {
    this(namespace, service, model, metrics, new ConsoleSink());
  }

  EmfTelemetry(String namespace, String service, String model, Metrics metrics, ISink sink) {
    this.namespace = namespace;
    this.service = service;
    this.model = model;
    this.metrics = metrics;
    this.sink = sink;
  }

  @Override
  public Telemetry rehearsal() {
    return new EmfTelemetry(namespace, service, model, metrics, new DiscardingSink());
  }

  @Override
  public void started(Startup startup) {
    MetricsContext record = record();
    Map<String, Double> parts = startup.millisByPart();
    double total = parts.values().stream().mapToDouble(Double::doubleValue).sum();
    figure(record, "Start", total, Unit.MILLISECONDS);
    record.putProperty("start_ms", parts);
    record.putProperty("model_bytes", startup.modelBytes());
    Double filesMillis = parts.get(Startup.MODEL_FILES);
    if (filesMillis != null && filesMillis > 0) {
      record.putProperty("model_mb_per_second", megabytesPerSecond(startup, filesMillis));
    }
    write(record);
  }

  /** Of reading and checking the bundles. */
  private static double megabytesPerSecond(Startup startup, double millis) {
    return Math.round(startup.modelBytes() / 1e3 / millis * 10) / 10.0;
  }

  @Override
  public void served(CallRecord call) {
    MetricsContext record = record();
    record.putProperty("request_id", call.requestId());
    record.putProperty("route", call.route());
    record.putProperty("environment", call.environment().label());
    count(record, "Requests", 1);
    count(record, "Cold", call.environment() == CallRecord.Environment.COLD ? 1 : 0);
    count(record, "Restored", call.environment() == CallRecord.Environment.RESTORED ? 1 : 0);
    millis(record, "Latency", call.totalNanos());
    if (!call.rankings().isEmpty()) {
      ranked(record, call.rankings(), call.parseNanos());
    }
    fannedOut(record, call.rankings());
    failed(record, call.failure());
    write(record);
  }

  @Override
  public void worked(JobWork work) {
    MetricsContext record = record();
    record.putProperty("request_id", work.requestId());
    record.putProperty("shard", work.shard());
    record.putProperty("line", work.line());
    count(record, "Lines", work.lines());
    count(record, "LineErrors", work.errors());
    count(record, "LineCandidates", (double) work.candidates());
    count(record, "LineTokens", (double) work.tokens());
    count(record, "Shards", work.done() ? 1 : 0);
    write(record);
  }

  private void ranked(MetricsContext record, List<Ranking> rankings, long parseNanos) {
    millis(record, "Parse", parseNanos);
    millis(record, "Tokenize", (long) sum(rankings, Ranking::tokenizeNanos));
    millis(record, "Score", (long) sum(rankings, Ranking::scoreNanos));
    count(record, "Queries", rankings.size());
    count(record, "Candidates", sum(rankings, ranking -> ranking.usage().candidates()));
    count(record, "Tokens", sum(rankings, ranking -> ranking.usage().tokens()));
    count(record, "Truncated", sum(rankings, ranking -> ranking.usage().truncated()));
    count(record, "Unscored", sum(rankings, ranking -> ranking.usage().unscored()));
    count(record, "EarlyExits", sum(rankings, ranking -> ranking.usage().earlyExits()));
    count(record, "Passages", sum(rankings, ranking -> ranking.usage().passages()));
    count(record, "Cached", sum(rankings, ranking -> ranking.usage().cached()));
  }

  private void fannedOut(MetricsContext record, List<Ranking> rankings) {
    List<FanOutUsage> usages =
        rankings.stream()
            .map(ranking -> ranking.usage().fanOut())
            .filter(Objects::nonNull)
            .toList();
    if (usages.isEmpty()) {
      return;
    }
    count(record, "Slices", usages.stream().mapToInt(FanOutUsage::slices).sum());
    count(record, "AnsweredSlices", usages.stream().mapToInt(FanOutUsage::answered).sum());
    count(record, "ThrottledSlices", usages.stream().mapToInt(FanOutUsage::throttled).sum());
    count(record, "FailedSlices", usages.stream().mapToInt(FanOutUsage::failed).sum());
    millis(
        record,
        "SlowestSlice",
        usages.stream().mapToLong(FanOutUsage::slowestNanos).max().orElse(0));
    List<String> problems =
        usages.stream().flatMap(usage -> usage.problems().stream()).distinct().toList();
    if (!problems.isEmpty()) {
      record.putProperty("slice_problems", problems);
    }
  }

  private static double sum(List<Ranking> rankings, ToLongFunction<Ranking> figure) {
    return rankings.stream().mapToLong(figure).asDoubleStream().sum();
  }

  /** The caller's mistakes and our own failures apart: only these are worth an alarm. */
  private void failed(MetricsContext record, @Nullable Reason failure) {
    boolean ours = failure != null && failure.status() >= SERVER_ERROR;
    count(record, "ClientErrors", failure != null && !ours ? 1 : 0);
    count(record, "ServerErrors", ours ? 1 : 0);
    if (failure != null) {
      switch (metrics) {
        case FEW -> record.putProperty(REASON, failure.code());
        case ALL ->
            record.putDimension(
                DimensionSet.of(SERVICE, service, MODEL, model, REASON, failure.code()));
      }
    }
  }

  /** A new one each time, because it is not safe for use by many threads. */
  private MetricsContext record() {
    MetricsContext record = new MetricsContext();
    record.setNamespace(namespace);
    record.setDimensions(DimensionSet.of(SERVICE, service));
    switch (metrics) {
      case FEW -> record.putProperty(MODEL, model);
      case ALL -> record.putDimension(DimensionSet.of(SERVICE, service, MODEL, model));
    }
    return record;
  }

  /** The environment is stated: left to itself, the library asks EC2's metadata service for it. */
  private void write(MetricsContext record) {
    new LambdaEnvironment().configureContext(record);
    sink.accept(record);
  }

  private void count(MetricsContext record, String name, double value) {
    figure(record, name, value, Unit.COUNT);
  }

  private void millis(MetricsContext record, String name, long nanos) {
    figure(record, name, nanos / 1e6, Unit.MILLISECONDS);
  }

  /** A metric, or a field of the same name: the log line reads the same. */
  private void figure(MetricsContext record, String name, double value, Unit unit) {
    if (metrics.include(name)) {
      record.putMetric(name, value, unit);
    } else {
      record.putProperty(name, value);
    }
  }
}
