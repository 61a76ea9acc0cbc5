package dev.snapranker.rank.order;

import dev.snapranker.api.StageChoice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects the candidates of a stage that the next stage scores.
 *
 * @param keep how many of the best candidates are kept; null for all
 * @param margin candidates are also kept if their logit is at most this much lower than the last
 *     kept one's; null for none
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
   * @param scored the candidates that the stage before scored, best first
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
