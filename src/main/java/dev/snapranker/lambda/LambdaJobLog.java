package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import dev.snapranker.job.JobLog;
import dev.snapranker.job.Outcome;
import dev.snapranker.job.Written;
import dev.snapranker.observe.DefectLog;
import dev.snapranker.observe.JobWork;
import dev.snapranker.observe.Telemetry;

/** Tells a job's progress in the function's log and metrics. */
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
  public void written(Written written, long inputBytes) {
    lines++;
    errors += written.bad() ? 1 : 0;
    candidates += written.usage().candidates();
    tokens += written.usage().tokens();
  }

  @Override
  public void saved(Outcome soFar) {
    String shard = soFar.shard().input().toString();
    double seconds = (System.nanoTime() - sinceNanos) / 1e9;
    note(
        "%s %s line %d: %d lines with %d errors in %.1f s, %.2f lines/s"
            .formatted(
                shard,
                soFar.done() ? "done at" : "saved at",
                soFar.lines(),
                lines,
                errors,
                seconds,
                lines / Math.max(seconds, 1e-9)));
    telemetry.worked(
        new JobWork(
            context.getAwsRequestId(),
            shard,
            soFar.lines(),
            lines,
            errors,
            candidates,
            tokens,
            soFar.done()));
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
