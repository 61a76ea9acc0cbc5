package dev.snapranker.rank.order;

import dev.snapranker.api.StageChoice;
import dev.snapranker.rank.scoring.Depth;
import dev.snapranker.rank.scoring.Shortlist;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects the candidates of a stage that the next stage scores.
 *
 * @param keep how many of the best candidates are kept; null for all
 * @param margin candidates are also kept if their logit is at most this much lower than the last
 *     kept one's; null for none
 * @param targetRecall more candidates are kept, until the next stage has probably found this share
 *     of its own best {@code keep}; null for none
 */
public record Cutoff(
    @Nullable Integer keep, @Nullable Double margin, @Nullable Double targetRecall) {

  /** The next stage scores all candidates. */
  public static final Cutoff NONE = new Cutoff(null, null, null);

  public static Cutoff after(StageChoice stage) {
    return new Cutoff(stage.keep(), stage.margin(), stage.targetRecall());
  }

  /**
   * The candidates that the next stage scores.
   *
   * @param scored the candidates that the stage before scored, best first
   */
  public Shortlist apply(List<CascadeCandidate> scored) {
    if (keep == null || keep >= scored.size()) {
      return shortlist(scored, Depth.ALL);
    }
    if (targetRecall != null) {
      List<Float> logits = scored.stream().map(CascadeCandidate::logit).toList();
      return shortlist(scored, new Depth.UntilFound(logits, keep, targetRecall));
    }
    int count = keep;
    if (margin != null) {
      double least = scored.get(keep - 1).logit() - margin;
      while (count < scored.size() && scored.get(count).logit() >= least) {
        count++;
      }
    }
    return shortlist(scored.subList(0, count), Depth.ALL);
  }

  private static Shortlist shortlist(List<CascadeCandidate> candidates, Depth depth) {
    return new Shortlist(candidates.stream().map(CascadeCandidate::index).toList(), depth);
  }
}
