package dev.snapranker.api;

/** A moment of the monotonic clock after which an answer is of no use. */
public record Deadline(long atNanos) {

  public static Deadline inMillis(long millis) {
    return new Deadline(System.nanoTime() + millis * 1_000_000);
  }

  public boolean passed() {
    return System.nanoTime() - atNanos > 0;
  }
}
