package dev.snapranker.lambda;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Limits concurrent events to what the heap can hold. If one environment handles several calls, a
 * large one waits until there is room, and the largest runs alone. Calls start in the order of
 * their arrival. A call that fills the heap would fail the others, and could crash native code that
 * is scoring.
 */
final class HeapGate {
  /**
   * The most bytes of the heap per byte of an event. An empty JSON object has two characters, but
   * takes about 90 bytes as a tree. The event itself is held as bytes, as text, and as the text of
   * its body.
   */
  private static final int HEAP_PER_BYTE = 48;

  /** One permit stands for this many bytes of an event. */
  private static final int UNIT = 1024;

  private final int units;
  private final Semaphore free;

  HeapGate(long heapBytes) {
    this.units = Math.clamp(heapBytes / HEAP_PER_BYTE / UNIT, 1, Integer.MAX_VALUE);
    this.free = new Semaphore(units, true);
  }

  /** Does the work when there is room for its event, or refuses it when time runs out. */
  String within(int eventBytes, Deadline deadline, Supplier<String> work) {
    int wanted = Math.min(units, 1 + eventBytes / UNIT);
    try {
      if (!free.tryAcquire(wanted, deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw new RerankException(
            Reason.OVERLOADED, "other requests use all of the function's memory; try again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("a call was interrupted while it waited for memory", e);
    }
    try {
      return work.get();
    } finally {
      free.release(wanted);
    }
  }
}
