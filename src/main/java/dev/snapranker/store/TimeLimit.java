package dev.snapranker.store;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The time limit for reading one object, whether S3 is slow or silent. */
record TimeLimit(Place object, Duration limit, long deadlineNanos) {

  /** The limit begins now. */
  static TimeLimit of(Place object, Duration limit) {
    return new TimeLimit(object, limit, System.nanoTime() + limit.toNanos());
  }

  /** Throws if the time is over. */
  void requireTime() {
    if (leftNanos() < 0) {
      throw over();
    }
  }

  /** The result of work in another thread; throws what that throws, or if the time is over. */
  <T extends @Nullable Object> T await(CompletableFuture<T> work) {
    try {
      return work.get(Math.max(0, leftNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw over();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(object, "was not read: the thread was interrupted", e);
    }
  }

  private long leftNanos() {
    return deadlineNanos - System.nanoTime();
  }

  private StoreException over() {
    return new StoreException(
        object,
        "takes too long: the limit of %d s passed before all of it was read"
            .formatted(limit.toSeconds()));
  }
}
