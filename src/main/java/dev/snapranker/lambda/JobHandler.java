package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Deadline;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.job.JobDeadlines;
import dev.snapranker.job.LineRanker;
import dev.snapranker.job.LineReader;
import dev.snapranker.job.LineResult;
import dev.snapranker.job.OutputCheck;
import dev.snapranker.job.Shard;
import dev.snapranker.job.ShardJob;
import dev.snapranker.job.ShardStatus;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Opened;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
import dev.snapranker.rehearse.Rehearsal;
import dev.snapranker.store.S3ObjectStore;
import dev.snapranker.store.WritableStore;
import dev.snapranker.wire.dialect.LineJson;
import dev.snapranker.wire.json.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The Lambda entry point for jobs. It replies {@code {status, shards: [{input, output, status,
 * lines, errors, next_line?}]}}. The status is {@code done}, or {@code stopped} if time ran out;
 * the same event then continues the job. The call fails if a shard cannot be ranked, or if its
 * outputs would overwrite an input or belong to another input.
 */
public final class JobHandler implements RequestStreamHandler, AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Settings settings;
  private final Wiring wiring;
  private final StrictJson strictJson;
  private final Telemetry telemetry;

  /** Called by Lambda. */
  public JobHandler() {
    this(Settings.fromEnvironment());
  }

  public JobHandler(Settings settings) {
    Startup startup = new Startup();
    this.settings = settings;
    this.wiring = Wiring.of(settings, startup);
    try {
      this.strictJson = new StrictJson(settings.limits());
      this.telemetry =
          Telemetry.of(
              settings.metricsNamespace(),
              settings.platform().functionName(),
              wiring.manifest().id(),
              settings.metrics());
      startup.time("first requests", this::rehearse);
      telemetry.started(startup);
    } catch (Throwable e) {
      Opened.of(List.of(wiring)).closeAfter(e);
      throw e;
    }
  }

  /**
   * Ranks one line, so that classes that do not link fail in init, not on the first event. More is
   * not worth the time, because a job is long enough to warm up by itself.
   */
  private void rehearse() {
    ObjectNode line = MAPPER.createObjectNode();
    Manifest.GoldenPair golden = wiring.manifest().golden().getFirst();
    line.put("query", golden.query()).putArray("candidates").add(golden.document());
    LineRanker ranker =
        new LineRanker(
            wiring.reranker(),
            new LineJson(settings.limits(), MAPPER.createObjectNode()),
            settings.limits(),
            true);
    byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
    LineResult result =
        ranker.rank(
            new LineReader.Line(1, bytes.length, bytes, ""),
            Deadline.inMillis(Rehearsal.CALL_MILLIS));
    if (result.defect() != null) {
      throw result.defect();
    }
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    // Opened for this call, so that a snapshot contains no connections or credentials.
    try (WritableStore store = new S3ObjectStore()) {
      JobEvent event = JobEvent.read(strictJson.parse(input.readAllBytes()), settings.limits());
      output.write(MAPPER.writeValueAsBytes(reply(event, store, context)));
    }
  }

  private ObjectNode reply(JobEvent event, WritableStore store, Context context) {
    OutputCheck.requireSeparate(store, event.shards());
    Deadline end = Deadline.inMillis(context.getRemainingTimeInMillis());
    ObjectNode reply = MAPPER.createObjectNode().put("status", "done");
    ArrayNode shards = reply.putArray("shards");
    try (ShardJob job =
        new ShardJob(
            store, wiring, settings, event.options(), new LambdaJobLog(context, telemetry))) {
      for (Shard shard : event.shards()) {
        ShardStatus status = job.run(shard, JobDeadlines.ofMillis(millisUntil(end)));
        report(status, shards.addObject());
        if (!status.done()) {
          reply.put("status", "stopped");
          break;
        }
      }
    }
    return reply;
  }

  private static long millisUntil(Deadline end) {
    return Math.max(0, end.remainingNanos() / 1_000_000);
  }

  private static void report(ShardStatus status, ObjectNode reply) {
    reply
        .put("input", status.shard().input().toString())
        .put("output", status.shard().results().toString())
        .put("status", status.done() ? "done" : "stopped")
        .put("lines", status.lines())
        .put("errors", status.errors());
    if (!status.done()) {
      reply.put("next_line", status.lines() + 1);
    }
  }

  @Override
  public void close() {
    wiring.close();
  }
}
