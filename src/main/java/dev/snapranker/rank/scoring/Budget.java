package dev.snapranker.rank;

import dev.snapranker.api.Deadline;
import java.util.function.LongSupplier;

/**
 * The time that a ranking has, and whether some work fits into it.
 *
 * @param threads how many documents are scored at once
 * @param nanoTime the deadline's clock
 */
record Budget(Deadline deadline, int threads, LongSupplier nanoTime) {
  /** Estimates are of a mean, and other requests may come. */
  private static final int SPARE = 2;

  boolean over() {
    return remainingNanos() <= 0;
  }

  long remainingNanos() {
    return deadline.atNanos() - nanoTime.getAsLong();
  }

  /** Whether work of one thread ends in time. */
  boolean allows(long estimateNanos) {
    return ends(estimateNanos, remainingNanos());
  }

  /**
   * Whether work of all threads ends so early that its order is of no concern.
   *
   * @param requests how many take turns with the threads, this one included
   */
  boolean allowsAll(long estimateNanos, int requests) {
    return ends(SPARE * (estimateNanos / threads) * requests, remainingNanos());
  }

  static boolean ends(long estimateNanos, long remainingNanos) {
    return remainingNanos > 0 && estimateNanos <= remainingNanos;
  }
}
