package dev.snapranker.rank.scoring;

import dev.snapranker.api.Deadline;
import org.jspecify.annotations.Nullable;

/** Other execution environments of the function. Thread-safe. */
@FunctionalInterface
public interface Elsewhere {

  /**
   * Has a slice scored in another environment, and waits for it. An interrupt gives the slice up.
   *
   * @param deadline when the logits are no longer of use
   * @param tally counts the invocations that fail
   * @return for each pair its logit, or NaN if there was no time to score it; null if no
   *     environment scored the slice
   */
  float @Nullable [] score(Slice slice, Deadline deadline, FanOutTally tally);
}
