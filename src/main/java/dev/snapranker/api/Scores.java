package dev.snapranker.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A candidate's score and the values that it was computed from.
 *
 * @param score the sigmoid of the logit, or with fusion the fused value, in [0, 1]; with raw scores
 *     the logit, or the fused value as it is. Never higher than the score of a result before it
 * @param logits the logits of the stages that scored the candidate, in the stages' order; empty for
 *     a blank candidate
 * @param firstStagePart the share of the fused value that comes from the first stage's score and
 *     rank; null without fusion
 */
public record Scores(double score, List<StageLogit> logits, @Nullable Double firstStagePart) {
  /**
   * The raw score of a blank candidate, unless another result has a lower one. It is far below the
   * logits of readable texts, and its sigmoid is practically 0.
   */
  public static final float BLANK_LOGIT = -100;

  public Scores {
    logits = List.copyOf(logits);
  }

  /** Whether a model scored the candidate. */
  public boolean byModel() {
    return !logits.isEmpty();
  }

  /** The logit of the last stage that scored the candidate. */
  public float logit() {
    return logits.getLast().logit();
  }
}
