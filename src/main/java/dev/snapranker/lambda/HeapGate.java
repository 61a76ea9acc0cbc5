package dev.snapranker.lambda;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets in as many events at once as the heap can hold, in the order of their arrival. Where one
 * environment serves several calls, a large one waits for room, and the largest runs alone. A call
 * that fills the heap would fail the others, and could crash native code that is scoring.
 */
final class HeapGate {
  /**
   * Bytes of the heap for a byte of an event, at most. An empty JSON object is two characters, and
   * about 90 bytes as a tree; the event itself is there as bytes, as text and as its body's text.
   */
  private static final int HEAP_PER_BYTE = 48;

  /** Bytes of an event for one permit. */
  private static final int UNIT = 1024;

  private final int units;
  private final Semaphore free;

  HeapGate(long heapBytes) {
    this.units = Math.clamp(heapBytes / HEAP_PER_BYTE / UNIT, 1, Integer.MAX_VALUE);
    this.free = new Semaphore(units, true);
  }

  /** Does the work as soon as there is room for its event. Refuses it if time runs out first. */
  String within(int eventBytes, Deadline deadline, Supplier<String> work) {
    int wanted = Math.min(units, 1 + eventBytes / UNIT);
    try {
      if (!free.tryAcquire(wanted, deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw new RerankException(
            Reason.OVERLOADED, "other requests take the function's memory; try again");
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
