package dev.snapranker.rank.scoring;

import dev.snapranker.api.FanOutUsage;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what became of a request's slices. Thread-safe. */
public final class FanOutTally {
  private static final int MOST_PROBLEMS = 8;

  private final AtomicInteger slices = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger throttled = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final Set<String> problems = ConcurrentHashMap.newKeySet();
  private final AtomicLong slowestNanos = new AtomicLong();

  void addSlice() {
    slices.incrementAndGet();
  }

  void addAnswer(long nanos) {
    answered.incrementAndGet();
    slowestNanos.accumulateAndGet(nanos, Math::max);
  }

  /** Counts an invocation that Lambda throttled. */
  public void addThrottled() {
    throttled.incrementAndGet();
  }

  /**
   * Counts an invocation that failed for another reason.
   *
   * @param problem a code without any text of the request
   */
  public void addFailed(String problem) {
    failed.incrementAndGet();
    problems.add(problem);
  }

  FanOutUsage usage() {
    return new FanOutUsage(
        slices.get(),
        answered.get(),
        throttled.get(),
        failed.get(),
        problems.stream().sorted().limit(MOST_PROBLEMS).toList(),
        slowestNanos.get());
  }
}
