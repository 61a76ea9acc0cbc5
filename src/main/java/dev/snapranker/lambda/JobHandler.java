package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Deadline;
import dev.snapranker.boot.Settings;
import dev.snapranker.boot.Wiring;
import dev.snapranker.job.Apart;
import dev.snapranker.job.LineRanker;
import dev.snapranker.job.LineReader;
import dev.snapranker.job.Outcome;
import dev.snapranker.job.Shard;
import dev.snapranker.job.ShardJob;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.Opened;
import dev.snapranker.observe.Startup;
import dev.snapranker.observe.Telemetry;
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
 * The Lambda entry point of jobs. Replies {@code {status, shards: [{input, output, status, line,
 * errors, next_line?}]}}, where a status is {@code done}, or {@code stopped} when time ran out: the
 * same event, sent again, then goes on. A shard that cannot be done fails the call, and so does one
 * whose outputs would touch an input or are another input's.
 */
public final class JobHandler implements RequestStreamHandler, AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final long REHEARSAL_MILLIS = 60_000;

  private final Settings settings;
  private final Wiring wiring;
  private final StrictJson strictJson;
  private final Telemetry telemetry;

  /** For Lambda. */
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
              wiring.manifest().id());
      startup.time("first requests", this::rehearse);
      telemetry.started(startup);
    } catch (Throwable e) {
      Opened.of(List.of(wiring)).closeAfter(e);
      throw e;
    }
  }

  /**
   * One line: what does not link fails in init, not on the first event. More is not worth its time,
   * as a job is long enough to get warm by itself.
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
            true,
            (_, defect) -> {
              throw defect;
            });
    byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
    var _ = ranker.rank(new LineReader.Line(1, bytes, ""), Deadline.inMillis(REHEARSAL_MILLIS));
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    // Connections and credentials belong to this call: a snapshot holds none.
    try (WritableStore store = new S3ObjectStore()) {
      ObjectNode reply =
          reply(JobEvent.read(strictJson.parse(input.readAllBytes())), store, context);
      output.write(MAPPER.writeValueAsBytes(reply));
    }
  }

  private ObjectNode reply(JobEvent event, WritableStore store, Context context) {
    var _ = new LineJson(settings.limits(), event.options().lines()); // refuses what is no option
    Apart.require(store, event.shards());
    Deadline end = Deadline.inMillis(context.getRemainingTimeInMillis());
    ObjectNode reply = MAPPER.createObjectNode().put("status", "done");
    ArrayNode shards = reply.putArray("shards");
    try (ShardJob job =
        new ShardJob(
            store, wiring, settings, event.options(), new LambdaJobLog(context, telemetry))) {
      for (Shard shard : event.shards()) {
        Outcome outcome = job.run(shard, ShardJob.Time.of(millisUntil(end)));
        tell(shards.addObject(), outcome);
        if (!outcome.done()) {
          reply.put("status", "stopped");
          break;
        }
      }
    }
    return reply;
  }

  private static long millisUntil(Deadline end) {
    return Math.max(0, (end.atNanos() - System.nanoTime()) / 1_000_000);
  }

  private static void tell(ObjectNode told, Outcome outcome) {
    told.put("input", outcome.shard().input().toString())
        .put("output", outcome.shard().results().toString())
        .put("status", outcome.done() ? "done" : "stopped")
        .put("lines", outcome.lines())
        .put("errors", outcome.errors());
    if (!outcome.done()) {
      told.put("next_line", outcome.lines() + 1);
    }
  }

  @Override
  public void close() {
    wiring.close();
  }
}
