package dev.snapranker.observe;

import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One call that was answered. Holds figures only, and no text of its query or documents.
 *
 * @param requestId Lambda's
 * @param route the path, {@code direct} for a direct invoke, or {@code other} for a path of ours
 *     that is none
 * @param environment what the call found
 * @param failure why there is no ranking; null if there is one or none was asked for
 * @param ranking null if there is none
 * @param parseNanos from the event's bytes to the request; 0 if it did not come so far
 * @param totalNanos from the event's bytes to the reply
 */
public record Call(
    String requestId,
    String route,
    Environment environment,
    @Nullable Reason failure,
    @Nullable Ranking ranking,
    long parseNanos,
    long totalNanos) {

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
