package dev.snapranker.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScoringPoolTest {
  @Test
  void everyItemIsDoneOnce() {
    try (ScoringPool pool = new ScoringPool(4)) {
      AtomicIntegerArray done = new AtomicIntegerArray(1000);
      forEach(pool, 1000, done::incrementAndGet);
      for (int i = 0; i < 1000; i++) {
        assertThat(done.get(i)).isOne();
      }
    }
  }

  @Test
  void noTaskIsStartedAfterOneReturnedFalse() {
    try (ScoringPool pool = new ScoringPool(3)) {
      AtomicInteger started = new AtomicInteger();
      pool.forEachWhile(1000, i -> started.incrementAndGet() < 10 || i < 0);
      assertThat(started.get()).isBetween(10, 10 + 3);
    }
  }

  @Test
  void noMoreAreInFlightThanThereAreThreads() {
    try (ScoringPool pool = new ScoringPool(3)) {
      AtomicInteger inFlight = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      CyclicBarrier three = new CyclicBarrier(3); // each document waits for two others
      forEach(
          pool,
          300,
          _ -> {
            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            await(three);
            inFlight.decrementAndGet();
          });
      assertThat(most.get()).isEqualTo(3);
    }
  }

  @Test
  void theFirstFailureStopsTheRestAndIsThrown() {
    try (ScoringPool pool = new ScoringPool(2)) {
      AtomicInteger started = new AtomicInteger();
      assertThatThrownBy(() ->
              forEach(
                  pool,
                  100_000,
                  i -> {
                    started.incrementAndGet();
                    if (i == 5) {
                      throw new IllegalStateException("item 5");
                    }
                  }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("item 5");
      assertThat(started.get()).isLessThan(100_000);
      AtomicInteger after = new AtomicInteger();
      forEach(pool, 10, _ -> after.incrementAndGet());
      assertThat(after.get()).isEqualTo(10);
    }
  }

  @Test
  void anErrorDoesNotKillAWorker() {
    try (ScoringPool pool = new ScoringPool(1)) {
      assertThatThrownBy(() ->
              forEach(
                  pool,
                  1,
                  _ -> {
                    throw new OutOfMemoryError("pretended");
                  }))
          .isInstanceOf(OutOfMemoryError.class);
      AtomicInteger after = new AtomicInteger();
      forEach(pool, 3, _ -> after.incrementAndGet());
      assertThat(after.get()).isEqualTo(3);
    }
  }

  /** The long request can finish only because the short one does. */
  @Test
  void aShortRequestDoesNotWaitUntilALongOneFinishes() throws Exception {
    try (ScoringPool pool = new ScoringPool(1)) {
      CountDownLatch shortDone = new CountDownLatch(1);
      Thread shortOne = new Thread(() -> forEach(pool, 1, _ -> shortDone.countDown()));
      pool.forEachWhile(
          Integer.MAX_VALUE,
          i -> {
            if (i == 0) {
              shortOne.start();
            }
            return shortDone.getCount() > 0;
          });
      shortOne.join();
    }
  }

  @Test
  void aClosedPoolRefuses() {
    ScoringPool pool = new ScoringPool(2);
    pool.close();
    assertThatThrownBy(() -> forEach(pool, 3, _ -> {})).isInstanceOf(RuntimeException.class);
  }

  @Test
  void anInterruptedWaitReturns() throws Exception {
    try (ScoringPool pool = new ScoringPool(1)) {
      CountDownLatch release = new CountDownLatch(1);
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      Thread waiting =
          new Thread(() -> {
            try {
              forEach(pool, 10, _ -> await(release));
            } catch (RuntimeException e) {
              thrown.complete(e);
            }
          });
      waiting.start();
      waiting.interrupt();
      assertThat(thrown.get(20, TimeUnit.SECONDS)).hasMessage("scoring was interrupted");
      release.countDown();
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void forEach(ScoringPool pool, int n, IntConsumer task) {
    pool.forEachWhile(
        n,
        i -> {
          task.accept(i);
          return true;
        });
  }
}
