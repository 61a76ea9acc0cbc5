package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * What a caller may choose about the answer.
 *
 * @param topK how many results to return; all when null
 * @param minScore results scored below it are left out, on the scale that {@code rawScores}
 *     chooses; what was not scored stays
 * @param returnText whether each result repeats its candidate's text
 * @param rawScores whether a score is the raw logit rather than a score in 0..1
 * @param model the id of the model that the caller expects; any when null
 * @param longText how to score documents that exceed the model's window
 * @param plan how the ranking is made
 * @param explain whether the first results list the sentences that raise their logit most
 * @param blankTexts what becomes of candidates without text, unless the function ranks them all
 * @param multilingualModel another service's model that the caller named and that reads many
 *     languages; null for any other
 */
public record Options(
    @Nullable Integer topK,
    @Nullable Double minScore,
    boolean returnText,
    boolean rawScores,
    @Nullable String model,
    LongText longText,
    Plan plan,
    boolean explain,
    BlankTexts blankTexts,
    @Nullable String multilingualModel) {

  /** All results by the function's own stages, each with a score in 0..1. */
  public static final Options DEFAULT =
      new Options(
          null,
          null,
          false,
          false,
          null,
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
    if (model != null && !plan.stages().isEmpty()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, "model", "is set beside stages; expected one of both");
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
        multilingualModel);
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
        multilingualModel);
  }

  public Options withReturnText(boolean value) {
    return new Options(
        topK,
        minScore,
        value,
        rawScores,
        model,
        longText,
        plan,
        explain,
        blankTexts,
        multilingualModel);
  }

  public Options withRawScores(boolean value) {
    return new Options(
        topK,
        minScore,
        returnText,
        value,
        model,
        longText,
        plan,
        explain,
        blankTexts,
        multilingualModel);
  }

  public Options withModel(@Nullable String value) {
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
        multilingualModel);
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
        multilingualModel);
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
        multilingualModel);
  }

  public Options withBlankTexts(BlankTexts value) {
    return new Options(
        topK,
        minScore,
        returnText,
        rawScores,
        model,
        longText,
        plan,
        explain,
        value,
        multilingualModel);
  }

  public Options withMultilingualModel(@Nullable String value) {
    return new Options(
        topK, minScore, returnText, rawScores, model, longText, plan, explain, blankTexts, value);
  }
}
