package dev.snapranker.wire.dialect;

/**
 * Wall times of a call. Its ranking has the times of tokenizing and scoring.
 *
 * @param parseNanos from the event's bytes to the request
 * @param totalNanos from the event's bytes to the ranking
 */
public record Timings(long parseNanos, long totalNanos) {
  static double millis(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }
}
