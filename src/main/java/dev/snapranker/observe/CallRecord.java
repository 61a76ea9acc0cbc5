package dev.snapranker.observe;

import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The record of one answered call. It contains only figures, and no text of queries or documents.
 *
 * @param requestId Lambda's request id
 * @param route the path; {@code direct} for a direct invoke, {@code slice} for a slice of another
 *     environment's request, {@code warm-up} for a ping, {@code other} for a path that the function
 *     does not serve
 * @param environment the state of the execution environment before the call
 * @param failure the reason for a failure; null for a success
 * @param rankings one ranking for each query; empty if nothing was ranked
 * @param parseNanos the time from the event's bytes to the request; 0 if parsing failed
 * @param totalNanos the time from the event's bytes to the reply
 */
public record CallRecord(
    String requestId,
    String route,
    Environment environment,
    @Nullable Reason failure,
    List<Ranking> rankings,
    long parseNanos,
    long totalNanos) {
  public CallRecord {
    rankings = List.copyOf(rankings);
  }

  /** The state of the execution environment before a call. */
  public enum Environment {
    /** The first call after an init. */
    COLD,
    /** The first call after a restore from the snapshot. */
    RESTORED,
    /** Any later call. */
    WARM;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
