package dev.snapranker.api;

import java.util.function.LongSupplier;

/**
 * The time by which an answer is needed.
 *
 * @param atNanos the time, by the clock
 * @param clock monotonic, in nanoseconds; a test brings its own
 */
public record Deadline(long atNanos, LongSupplier clock) {

  /** A deadline by the system's clock. */
  public static Deadline inMillis(long millis) {
    return inNanos(millis * 1_000_000, System::nanoTime);
  }

  /** A deadline that never passes. */
  public static Deadline never() {
    return inNanos(Long.MAX_VALUE / 4, System::nanoTime);
  }

  public static Deadline inNanos(long nanos, LongSupplier clock) {
    return new Deadline(clock.getAsLong() + nanos, clock);
  }

  /** The time that is left; below 0 when the deadline has passed. */
  public long remainingNanos() {
    return atNanos - clock.getAsLong();
  }

  /** The earlier of the two deadlines; both must use the same clock. */
  public Deadline or(Deadline other) {
    return atNanos - other.atNanos <= 0 ? this : other;
  }

  public boolean passed() {
    return remainingNanos() < 0;
  }
}
