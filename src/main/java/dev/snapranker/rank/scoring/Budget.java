package dev.snapranker.rank.scoring;

import dev.snapranker.api.Deadline;
import java.util.function.LongSupplier;

/**
 * The time that a ranking has, and whether some work fits into it.
 *
 * @param threads how many documents are scored at once
 */
public record Budget(Deadline deadline, int threads) {
  /** Estimates are of a mean, and other requests may come. */
  private static final int SPARE = 2;

  public boolean isSpent() {
    return remainingNanos() <= 0;
  }

  long remainingNanos() {
    return deadline.remainingNanos();
  }

  LongSupplier clock() {
    return deadline.clock();
  }

  /** Whether work of one thread ends in time. */
  public boolean allows(long estimateNanos) {
    long remainingNanos = remainingNanos();
    return remainingNanos > 0 && estimateNanos <= remainingNanos;
  }

  /**
   * Whether all threads finish in half of the time left, so that the order does not matter.
   *
   * @param requests how many take turns with the threads, this one included
   */
  boolean allowsAll(long estimateNanos, int requests) {
    return allows(SPARE * (estimateNanos / threads) * requests);
  }
}
