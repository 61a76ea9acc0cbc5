package dev.snapranker.rank.scoring;

import dev.snapranker.api.Deadline;
import java.util.function.LongSupplier;

/**
 * The time budget of a ranking.
 *
 * @param threads how many documents are scored at the same time
 */
public record Budget(Deadline deadline, int threads) {
  /** Because an estimate is only a mean, and other requests may arrive. */
  private static final int SAFETY_FACTOR = 2;

  public boolean isSpent() {
    return remainingNanos() <= 0;
  }

  long remainingNanos() {
    return deadline.remainingNanos();
  }

  LongSupplier clock() {
    return deadline.clock();
  }

  /** Whether one thread finishes this work in time. */
  public boolean allows(long estimateNanos) {
    long remainingNanos = remainingNanos();
    return remainingNanos > 0 && estimateNanos <= remainingNanos;
  }

  /**
   * Whether all threads finish the work in half of the time left, so that its order does not
   * matter.
   *
   * @param requests how many requests share the threads, including this one
   */
  boolean allowsAll(long estimateNanos, int requests) {
    return allows(SAFETY_FACTOR * (estimateNanos / threads) * requests);
  }
}
