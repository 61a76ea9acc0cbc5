package dev.snapranker.store;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Another attempt after a connection failed, and how long to wait for it. */
final class Backoff {
  /** Attempts in a row that bring nothing. */
  static final int MOST_ATTEMPTS = 5;

  private static final long FIRST_PAUSE_MILLIS = 100;

  private Backoff() {}

  /** What {@code attempt} gives, as soon as one of a few does not fail. */
  static <T extends @Nullable Object> T retry(
      Place object, String problem, Attempt<T> attempt) {
    for (int attempts = 1; ; attempts++) {
      try {
        return attempt.run();
      } catch (IOException e) {
        if (attempts == MOST_ATTEMPTS) {
          throw new StoreException(
              object, "%s, %d times: %s".formatted(problem, attempts, e.getMessage()), e);
        }
        pause(attempts);
      }
    }
  }

  /**
   * Doubled each time, and up to half of it less at random, so that those who wait do not come back
   * as one.
   */
  static void pause(int attempts) {
    long most = FIRST_PAUSE_MILLIS << attempts;
    try {
      Thread.sleep(most - ThreadLocalRandom.current().nextLong(most / 2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what was asked for is not needed any more
      throw new CompletionException(e);
    }
  }

  /** One of them. */
  @FunctionalInterface
  interface Attempt<T extends @Nullable Object> {
    T run() throws IOException;
  }
}
