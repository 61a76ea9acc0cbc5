package dev.snapranker.rank;

import dev.snapranker.api.StageChoice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who goes on from a stage to the next.
 *
 * @param keep how many; null for all
 * @param margin and who is no more than so many logits below the last of these; null for none
 */
record Passing(@Nullable Integer keep, @Nullable Double margin) {

  static Passing of(StageChoice choice) {
    return new Passing(choice.keep(), choice.margin());
  }

  /**
   * How many go on.
   *
   * @param logits of those scored, best first
   */
  int count(List<Float> logits) {
    if (keep == null || keep >= logits.size()) {
      return logits.size();
    }
    int passing = keep;
    if (margin != null) {
      double least = logits.get(keep - 1) - margin;
      while (passing < logits.size() && logits.get(passing) >= least) {
        passing++;
      }
    }
    return passing;
  }
}
