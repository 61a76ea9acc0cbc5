package dev.snapranker.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a candidate ranks where it does.
 *
 * @param score the sigmoid of the logit, or with fusion the fused value, in [0, 1]; with raw scores
 *     the logit, or the fused value as it is. Never above that of a result before it
 * @param logits by the stages that scored it, in their order; none if it has no text to read
 * @param firstStagePart what the first stage's score and rank gave to the fused value; null without
 *     fusion
 */
public record Scores(double score, List<StageLogit> logits, @Nullable Double firstStagePart) {
  /**
   * The raw score of a candidate without any text to read, unless another result has less: far
   * below the logits of readable texts, and the sigmoid of it is 0 in all but name.
   */
  public static final float BLANK_LOGIT = -100;

  public Scores {
    logits = List.copyOf(logits);
  }

  /** Whether a model scored it. */
  public boolean byModel() {
    return !logits.isEmpty();
  }

  /** The logit of the last stage that scored it. */
  public float logit() {
    return logits.getLast().logit();
  }
}
