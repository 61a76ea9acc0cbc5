package dev.snapranker.job;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.wire.dialect.LineJson;

/**
 * The caller's choices for a job.
 *
 * @param lines reads and writes lines, with default fields for all lines
 * @param trec whether to write TREC runs as well
 * @param checkpointMillis the time between checkpoints, and so the most work that a killed job
 *     loses
 */
public record JobOptions(LineJson lines, boolean trec, long checkpointMillis) {
  private static final long MAX_MILLIS = 600_000;

  public JobOptions {
    if (checkpointMillis < 1 || checkpointMillis > MAX_MILLIS) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "checkpoint_seconds",
          "is %s; expected 0.001..%s".formatted(checkpointMillis / 1e3, MAX_MILLIS / 1e3));
    }
  }
}
