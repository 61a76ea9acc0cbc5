package dev.snapranker.api;

import java.util.function.LongSupplier;

/**
 * A moment after which an answer is of no use.
 *
 * @param atNanos the moment, by the clock
 * @param clock monotonic, in nanoseconds; a test brings its own
 */
public record Deadline(long atNanos, LongSupplier clock) {

  /** By the system's clock. */
  public static Deadline inMillis(long millis) {
    return inNanos(millis * 1_000_000, System::nanoTime);
  }

  /** None. */
  public static Deadline never() {
    return inNanos(Long.MAX_VALUE / 4, System::nanoTime);
  }

  public static Deadline inNanos(long nanos, LongSupplier clock) {
    return new Deadline(clock.getAsLong() + nanos, clock);
  }

  /** How long until then; below 0 when it has passed. */
  public long remainingNanos() {
    return atNanos - clock.getAsLong();
  }

  /** Whichever comes first; both are of one clock. */
  public Deadline or(Deadline other) {
    return atNanos - other.atNanos <= 0 ? this : other;
  }

  public boolean passed() {
    return remainingNanos() < 0;
  }
}
