package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * The caller's choices for one request.
 *
 * @param topK how many results to return; all when null
 * @param minScore results with a lower score are left out; the scale is the one that {@code
 *     rawScores} chooses. A result without a score stays
 * @param returnText whether each result repeats its candidate's text
 * @param rawScores whether a score is the raw logit rather than a score in 0..1
 * @param model which model the caller expects
 * @param longText how to score documents that exceed the model's window
 * @param plan the models, the time and the fusion
 * @param explain whether the first results list the sentences that raise their logit most
 * @param blankTexts how blank candidates are handled, unless the function ranks them all
 * @param instruction what makes a document relevant; null for the models' own instructions
 */
public record Options(
    @Nullable Integer topK,
    @Nullable Double minScore,
    boolean returnText,
    boolean rawScores,
    ModelChoice model,
    LongText longText,
    Plan plan,
    boolean explain,
    BlankTexts blankTexts,
    @Nullable Instruction instruction) {

  /** All results by the function's own stages, each with a score in 0..1. */
  public static final Options DEFAULT =
      new Options(
          null,
          null,
          false,
          false,
          ModelChoice.ANY,
          LongText.KEEP_START,
          Plan.COMPLETE,
          false,
          BlankTexts.REFUSE,
          null);

  public Options {
    if (topK != null && topK < 1) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, "top_k", "is " + topK + "; expected 1 or more");
    }
    if (model.id() != null && !plan.stages().isEmpty()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, "model", "is set together with stages; expected only one of them");
    }
    if (minScore != null) {
      boolean inRange =
          rawScores ? Double.isFinite(minScore) : minScore >= 0 && minScore <= 1; // false for NaN
      if (!inRange) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            "min_score",
            "is %s; expected %s"
                .formatted(minScore, rawScores ? "a finite number" : "0..1 (or raw_scores: true)"));
      }
    }
  }

  public Options withTopK(@Nullable Integer value) {
    return new Options(
        value,
        minScore,
        returnText,
        rawScores,
        model,
        longText,
        plan,
        explain,
        blankTexts,
        instruction);
  }

  /** Set {@code rawScores} first: it decides which values are allowed. */
  public Options withMinScore(@Nullable Double value) {
    return new Options(
        topK,
        value,
        returnText,
        rawScores,
        model,
        longText,
        plan,
        explain,
        blankTexts,
        instruction);
  }

  public Options withReturnText(boolean value) {
    return new Options(
        topK, minScore, value, rawScores, model, longText, plan, explain, blankTexts, instruction);
  }

  public Options withRawScores(boolean value) {
    return new Options(
        topK, minScore, returnText, value, model, longText, plan, explain, blankTexts, instruction);
  }

  public Options withModel(ModelChoice value) {
    return new Options(
        topK,
        minScore,
        returnText,
        rawScores,
        value,
        longText,
        plan,
        explain,
        blankTexts,
        instruction);
  }

  public Options withLongText(LongText value) {
    return new Options(
        topK,
        minScore,
        returnText,
        rawScores,
        model,
        value,
        plan,
        explain,
        blankTexts,
        instruction);
  }

  public Options withPlan(Plan value) {
    return new Options(
        topK,
        minScore,
        returnText,
        rawScores,
        model,
        longText,
        value,
        explain,
        blankTexts,
        instruction);
  }

  public Options withExplain(boolean value) {
    return new Options(
        topK,
        minScore,
        returnText,
        rawScores,
        model,
        longText,
        plan,
        value,
        blankTexts,
        instruction);
  }

  public Options withBlankTexts(BlankTexts value) {
    return new Options(
        topK, minScore, returnText, rawScores, model, longText, plan, explain, value, instruction);
  }

  public Options withInstruction(@Nullable Instruction value) {
    return new Options(
        topK, minScore, returnText, rawScores, model, longText, plan, explain, blankTexts, value);
  }
}
