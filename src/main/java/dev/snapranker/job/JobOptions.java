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
  /** The seconds between checkpoints that are allowed. */
  public static final String SECONDS = "0.001..600";

  public JobOptions {
    if (!mayWait(checkpointMillis)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "checkpoint_seconds",
          "is %s; expected %s".formatted(checkpointMillis / 1e3, SECONDS));
    }
  }

  /** Whether this may be the time between checkpoints. */
  public static boolean mayWait(long millis) {
    return millis >= 1 && millis <= 600_000;
  }
}
