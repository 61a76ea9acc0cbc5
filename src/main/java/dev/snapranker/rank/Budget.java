package dev.snapranker.rank;

import dev.snapranker.api.Deadline;

/**
 * The time that a ranking has, and whether some work fits into it.
 *
 * @param threads how many documents are scored at once
 */
record Budget(Deadline deadline, int threads) {
  /** Other requests may want the threads, too. */
  private static final int SPARE = 2;

  boolean over() {
    return deadline.passed();
  }

  /** Whether work of one thread ends in time. */
  boolean allows(long estimateNanos) {
    return ends(estimateNanos, deadline.remainingNanos());
  }

  /** Whether work of all threads ends so early that its order is of no concern. */
  boolean allowsAll(long estimateNanos) {
    return ends(SPARE * (estimateNanos / threads), deadline.remainingNanos());
  }

  static boolean ends(long estimateNanos, long remainingNanos) {
    return remainingNanos > 0 && estimateNanos <= remainingNanos;
  }
}
