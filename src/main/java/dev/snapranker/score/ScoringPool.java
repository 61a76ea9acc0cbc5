package dev.snapranker.score;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The scoring threads, which all requests share: one task at a time for each vCPU.
 *
 * <p>After each task, a worker goes to the end of the queue. So concurrent requests take turns, and
 * a short request does not wait until a long one finishes.
 */
public final class ScoringPool implements AutoCloseable {
  private final int threads;
  private final ExecutorService executor;
  private final AtomicInteger requests = new AtomicInteger();

  public ScoringPool(int threads) {
    this.threads = threads;
    this.executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("score-", 0).daemon().factory());
  }

  /**
   * Calls {@code task} for 0 … n − 1, started in this order. If a call returns false or fails, no
   * more calls are started. Waits for the started calls, then throws the first failure. If the
   * caller is interrupted, this method returns without waiting, and the started calls finish later.
   */
  public void forEachWhile(int n, IntPredicate task) {
    Job job = new Job(n, task, Math.min(threads, n));
    requests.incrementAndGet();
    try {
      for (int i = 0; i < job.workers; i++) {
        job.continueLater();
      }
      job.await();
    } finally {
      requests.decrementAndGet();
    }
  }

  /** How many tasks run at the same time. */
  public int threads() {
    return threads;
  }

  /** How many calls of {@link #forEachWhile} are running, and share the threads. */
  public int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    executor.close();
  }

  private final class Job {
    private final int n;
    private final IntPredicate task;
    private final int workers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch running;
    private final Runnable step = this::step; // one object for all items, to save memory

    Job(int n, IntPredicate task, int workers) {
      this.n = n;
      this.task = task;
      this.workers = workers;
      this.running = new CountDownLatch(workers);
    }

    void continueLater() {
      try {
        executor.execute(step);
      } catch (Throwable e) { // rejected, or no memory for the queue
        stop(e);
        running.countDown();
      }
    }

    private void step() {
      try {
        int i = next.getAndIncrement();
        if (i < n && failure.get() == null && !task.test(i)) {
          next.set(n);
        }
      } catch (Throwable e) { // also an Error: the request must get it, not the worker thread
        stop(e);
      }
      if (next.get() < n && failure.get() == null) {
        continueLater();
      } else {
        running.countDown();
      }
    }

    private void stop(Throwable e) {
      failure.compareAndSet(null, e);
    }

    void await() {
      try {
        running.await();
      } catch (InterruptedException e) {
        stop(e);
        Thread.currentThread().interrupt();
      }
      switch (failure.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException("scoring was interrupted", e);
      }
    }
  }
}
