package dev.snapranker.rank.scoring;

/**
 * The time per unit of work on one core: a running mean of the work so far, in which recent work
 * counts more. Thread-safe.
 */
final class Pace {
  /** Past work loses 5 % of its weight with each new piece, so about 20 pieces count. */
  private static final double DECAY = 0.95;

  /**
   * A piece of work counts as at most four times its expected time: more is a page fault or a busy
   * neighbour.
   */
  private static final double MAX_SLOWDOWN = 4;

  /** An estimate that prevents all work is lowered to this share. */
  private static final double LOWERED_SHARE = 0.9;

  private double units;
  private double nanos;

  /** Adds a finished piece of work. */
  synchronized void observe(long workUnits, long workNanos) {
    double expected = units == 0 ? workNanos : nanos / units * workUnits;
    units = DECAY * units + workUnits;
    nanos = DECAY * nanos + Math.min((double) workNanos, MAX_SLOWDOWN * expected);
  }

  /** Whether any work was added since the start or the last reset. */
  synchronized boolean isKnown() {
    return units > 0;
  }

  /** The estimated time of a piece of work; 0 while the pace is unknown. */
  synchronized long estimateNanos(long workUnits) {
    return units == 0 ? 0 : (long) (nanos / units * workUnits);
  }

  /**
   * Lowers the estimate a little. Otherwise an estimate that is too high would prevent all work,
   * and so all measurements that could correct it.
   */
  synchronized void lowerEstimate() {
    nanos *= LOWERED_SHARE;
  }

  /** Forgets all work, because the machine is another one now. */
  synchronized void reset() {
    units = 0;
    nanos = 0;
  }
}
