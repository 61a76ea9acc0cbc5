package dev.snapranker.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;

/**
 * What a caller may choose about a job.
 *
 * @param lines fields of a native request, for lines that have none of their own
 * @param trec whether to write TREC runs, too
 * @param checkpointMillis how much work a killed job may have done in vain
 */
public record JobOptions(ObjectNode lines, boolean trec, long checkpointMillis) {
  private static final long MOST_MILLIS = 600_000;

  public JobOptions {
    if (checkpointMillis < 1 || checkpointMillis > MOST_MILLIS) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "checkpoint_seconds",
          "is %s; expected 0.001..%s".formatted(checkpointMillis / 1e3, MOST_MILLIS / 1e3));
    }
  }
}
