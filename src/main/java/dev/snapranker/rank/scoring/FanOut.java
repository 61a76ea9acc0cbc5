package dev.snapranker.rank.scoring;

import org.jspecify.annotations.Nullable;

/**
 * Whether and how other execution environments help with large requests.
 *
 * @param elsewhere scores the slices that are sent
 */
public record FanOut(Slicing slicing, Elsewhere elsewhere) {
  /** Everything is scored here. */
  public static final FanOut NONE = new FanOut(Slicing.OFF, (_, _, _) -> null);

  /** Whether this function never fans out. */
  public boolean isOff() {
    return slicing.isOff();
  }

  /**
   * The same for a request that says when others help.
   *
   * @param candidates how many candidates one environment scores; null for the function's own
   *     number. A function that does not fan out stays so
   */
  public FanOut withCandidates(@Nullable Integer candidates) {
    return candidates == null || isOff()
        ? this
        : new FanOut(new Slicing(candidates, slicing.mostSlices(), slicing.mostWork()), elsewhere);
  }
}
