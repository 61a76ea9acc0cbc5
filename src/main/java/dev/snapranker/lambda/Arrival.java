package dev.snapranker.lambda;

import dev.snapranker.api.Deadline;

/**
 * When a request came, and until when it can be answered.
 *
 * @param atNanos of the monotonic clock
 */
record Arrival(long atNanos, Deadline deadline) {
  long nanosSince() {
    return System.nanoTime() - atNanos;
  }
}
