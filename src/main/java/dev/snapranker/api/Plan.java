package dev.snapranker.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a ranking is made: the models, the time limit and the fusion.
 *
 * @param stages the stages in their order; empty for the function's own
 * @param budgetMillis the time from the call's arrival to its ranking; null for the function's own
 * @param fusion null for the function's own
 * @param partial whether the caller accepts results without a score when time runs out; if not, the
 *     call fails
 * @param fanOutCandidates how many candidates one execution environment scores before others help;
 *     0 for no help, null for the function's own
 */
public record Plan(
    List<StageChoice> stages,
    @Nullable Integer budgetMillis,
    @Nullable Fusion fusion,
    boolean partial,
    @Nullable Integer fanOutCandidates) {

  /** The function's own stages, budget, fusion and fan-out; each document must get a score. */
  public static final Plan COMPLETE = new Plan(List.of(), null, null, false, null);

  /** Lambda's longest call. */
  public static final int MAX_BUDGET_MILLIS = 900_000;

  public Plan {
    stages = StageChoice.checked(stages);
    if (budgetMillis != null && (budgetMillis < 1 || budgetMillis > MAX_BUDGET_MILLIS)) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "budget_ms",
          "is %d; expected 1..%d".formatted(budgetMillis, MAX_BUDGET_MILLIS));
    }
    if (fanOutCandidates != null && fanOutCandidates < 0) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "fan_out_candidates",
          "is %d; expected 0 for no fan-out, or 1 or more".formatted(fanOutCandidates));
    }
  }

  public Plan withStages(List<StageChoice> value) {
    return new Plan(value, budgetMillis, fusion, partial, fanOutCandidates);
  }

  public Plan withBudgetMillis(@Nullable Integer value) {
    return new Plan(stages, value, fusion, partial, fanOutCandidates);
  }

  public Plan withFusion(@Nullable Fusion value) {
    return new Plan(stages, budgetMillis, value, partial, fanOutCandidates);
  }

  public Plan withPartial(boolean value) {
    return new Plan(stages, budgetMillis, fusion, value, fanOutCandidates);
  }

  public Plan withFanOutCandidates(@Nullable Integer value) {
    return new Plan(stages, budgetMillis, fusion, partial, value);
  }
}
