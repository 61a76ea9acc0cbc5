package dev.snapranker.score;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The scoring threads: as many tasks in flight as there are vCPUs, shared by all requests.
 *
 * <p>After each task a worker goes to the back of the queue, so concurrent requests take turns and
 * a short one does not wait for a long one to end.
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
   * Calls {@code task} once for each of 0 … n − 1, started in that order, until it gives false:
   * then no more are started. Waits for those that were started; the first failure stops the rest
   * and is thrown. A caller that is interrupted does not wait: what was started ends without it.
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

  /** How many tasks are in flight at once. */
  public int threads() {
    return threads;
  }

  /** How many calls of {@link #forEachWhile} are in work, and take turns with the threads. */
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
    private final Runnable step = this::step; // one for all items: an item takes hardly any memory

    Job(int n, IntPredicate task, int workers) {
      this.n = n;
      this.task = task;
      this.workers = workers;
      this.running = new CountDownLatch(workers);
    }

    void continueLater() {
      try {
        executor.execute(step);
      } catch (Throwable e) { // refused, or no memory to queue it
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
      } catch (Throwable e) { // Errors too: they belong to the request, not to the worker.
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
