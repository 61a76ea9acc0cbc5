package dev.snapranker.api;

/** A moment of the monotonic clock after which an answer is of no use. */
public record Deadline(long atNanos) {

  public static Deadline inMillis(long millis) {
    return new Deadline(System.nanoTime() + millis * 1_000_000);
  }

  /** None. */
  public static Deadline never() {
    return new Deadline(System.nanoTime() + Long.MAX_VALUE / 4);
  }

  /** How long until then; below 0 when it has passed. */
  public long remainingNanos() {
    return atNanos - System.nanoTime();
  }

  /** Whichever comes first. */
  public Deadline or(Deadline other) {
    return atNanos - other.atNanos <= 0 ? this : other;
  }

  public boolean passed() {
    return System.nanoTime() - atNanos > 0;
  }
}
