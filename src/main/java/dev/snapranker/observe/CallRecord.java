package dev.snapranker.observe;

import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One call that was answered. Holds figures only, and no text of its query or documents.
 *
 * @param requestId Lambda's
 * @param route the path, {@code direct} for a direct invoke, or {@code warm-up} for a ping, or
 *     {@code other} for a path that the function does not serve
 * @param environment what the call found
 * @param failure what failed; null if nothing did
 * @param rankings one, or one for each of several queries; none if nothing was ranked
 * @param parseNanos from the event's bytes to the request; 0 if it did not come so far
 * @param totalNanos from the event's bytes to the reply
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

  /** In which state a call finds the environment. */
  public enum Environment {
    /** Its first call, after an init. */
    COLD,
    /** Its first call, after a restore from the snapshot. */
    RESTORED,
    /** Any later call. */
    WARM;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
