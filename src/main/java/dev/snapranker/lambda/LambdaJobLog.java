package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import dev.snapranker.api.Counted;
import dev.snapranker.job.JobLog;
import dev.snapranker.job.LineResult;
import dev.snapranker.job.ShardStatus;
import dev.snapranker.observe.DefectLog;
import dev.snapranker.observe.JobWork;
import dev.snapranker.observe.Telemetry;

/** Writes a job's progress to the function's log and metrics. */
final class LambdaJobLog implements JobLog {
  private final Context context;
  private final Telemetry telemetry;
  private long sinceNanos = System.nanoTime();
  private int lines;
  private int errors;
  private long candidates;
  private long tokens;

  LambdaJobLog(Context context, Telemetry telemetry) {
    this.context = context;
    this.telemetry = telemetry;
  }

  @Override
  public void lineDone(LineResult result, long inputBytes) {
    lines++;
    errors += result.bad() ? 1 : 0;
    candidates += result.usage().candidates();
    tokens += result.usage().tokens();
  }

  @Override
  public void checkpointSaved(ShardStatus status) {
    String shard = status.shard().input().toString();
    double seconds = (System.nanoTime() - sinceNanos) / 1e9;
    note(
        "%s %s line %d: %s with %s in %.1f s, %.2f lines/s"
            .formatted(
                shard,
                status.done() ? "done at" : "saved at",
                status.lines(),
                Counted.of(lines, "line"),
                Counted.of(errors, "error"),
                seconds,
                lines / Math.max(seconds, 1e-9)));
    telemetry.worked(
        new JobWork(
            context.getAwsRequestId(),
            shard,
            status.lines(),
            lines,
            errors,
            candidates,
            tokens,
            status.done()));
    sinceNanos = System.nanoTime();
    lines = 0;
    errors = 0;
    candidates = 0;
    tokens = 0;
  }

  @Override
  public void note(String message) {
    context.getLogger().log("job " + message + "\n");
  }

  @Override
  public void defect(long line, RuntimeException defect) {
    context.getLogger().log(DefectLog.of("job line " + line, defect));
  }
}
