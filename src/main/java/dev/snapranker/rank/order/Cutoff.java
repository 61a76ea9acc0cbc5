package dev.snapranker.rank.order;

import dev.snapranker.api.StageChoice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many of a stage's best candidates the next stage scores.
 *
 * @param keep how many; null for all
 * @param margin also those up to this many logits below the last one kept; null for none
 */
public record Cutoff(@Nullable Integer keep, @Nullable Double margin) {

  /** The next stage scores all candidates. */
  public static final Cutoff NONE = new Cutoff(null, null);

  public static Cutoff after(StageChoice stage) {
    return new Cutoff(stage.keep(), stage.margin());
  }

  /**
   * The candidates that the next stage scores.
   *
   * @param scored by the stage before, best first
   */
  public List<CascadeCandidate> apply(List<CascadeCandidate> scored) {
    if (keep == null || keep >= scored.size()) {
      return scored;
    }
    int count = keep;
    if (margin != null) {
      double least = scored.get(keep - 1).logit() - margin;
      while (count < scored.size() && scored.get(count).logit() >= least) {
        count++;
      }
    }
    return scored.subList(0, count);
  }
}
