package dev.snapranker.wire.dialect;

/**
 * The wall times of a call. The times of tokenizing and scoring are in its ranking.
 *
 * @param parseNanos the time from the event's bytes to the request
 * @param totalNanos the time from the event's bytes to the ranking
 */
public record Timings(long parseNanos, long totalNanos) {
  static double millis(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }
}
