package dev.snapranker.rank;

import dev.snapranker.api.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that passes when a test says so. */
final class FakeClock implements LongSupplier {
  private final AtomicLong nanos = new AtomicLong(1);

  @Override
  public long getAsLong() {
    return nanos.get();
  }

  void passNanos(long more) {
    nanos.addAndGet(more);
  }

  void passMillis(double more) {
    passNanos((long) (more * TimeUnit.MILLISECONDS.toNanos(1)));
  }

  Deadline inMillis(double millis) {
    return Deadline.inNanos((long) (millis * TimeUnit.MILLISECONDS.toNanos(1)), this);
  }
}
