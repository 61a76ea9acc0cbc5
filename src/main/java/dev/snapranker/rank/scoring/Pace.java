package dev.snapranker.rank.scoring;

/**
 * How long a unit of work takes on one core, learned from the work itself: a mean that forgets.
 * Safe for use by many threads.
 */
final class Pace {
  /** What is left of the past's weight after one more piece of work: it counts for about 20. */
  private static final double MEMORY = 0.95;

  /**
   * More than four times the expected time counts as four times: it was a page fault or a busy
   * neighbour.
   */
  private static final double MAX = 4;

  /** What is left of an estimate that kept work from being tried. */
  private static final double DOUBT = 0.9;

  private double units;
  private double nanos;

  /** Notes a piece of work that is done. */
  synchronized void observe(long workUnits, long workNanos) {
    double expected = units == 0 ? workNanos : nanos / units * workUnits;
    units = MEMORY * units + workUnits;
    nanos = MEMORY * nanos + Math.min((double) workNanos, MAX * expected);
  }

  /** Whether anything was noted since the start, or since it forgot. */
  synchronized boolean isKnown() {
    return units > 0;
  }

  /** How long a piece of work will take; 0 while nothing is known. */
  synchronized long estimateNanos(long workUnits) {
    return units == 0 ? 0 : (long) (nanos / units * workUnits);
  }

  /**
   * Lowers the estimate a little: it kept work from being tried, and what is never tried is never
   * measured again.
   */
  synchronized void lowerEstimate() {
    nanos *= DOUBT;
  }

  /** Forgets everything: the machine is another one. */
  synchronized void reset() {
    units = 0;
    nanos = 0;
  }
}
