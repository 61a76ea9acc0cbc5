package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * What a caller may choose about the answer.
 *
 * @param topK how many results to return; all when null
 * @param minScore results scored below it are left out, on the scale that {@code rawScores}
 *     chooses; what was not scored stays
 * @param returnText whether each result repeats its candidate's text
 * @param rawScores whether a score is the raw logit rather than its sigmoid in [0, 1]
 * @param model the id of the model that the caller expects; any when null
 * @param longText what becomes of documents that exceed the model's window
 * @param plan how the ranking is made
 * @param explain whether the first results are told with the sentences that they owe their place to
 */
public record Options(
    @Nullable Integer topK,
    @Nullable Double minScore,
    boolean returnText,
    boolean rawScores,
    @Nullable String model,
    LongText longText,
    Plan plan,
    boolean explain) {

  public static final Options DEFAULT =
      new Options(null, null, false, false, null, LongText.KEEP_START);

  /** With a score for each document, by the function's own stages. */
  public Options(
      @Nullable Integer topK,
      @Nullable Double minScore,
      boolean returnText,
      boolean rawScores,
      @Nullable String model,
      LongText longText) {
    this(topK, minScore, returnText, rawScores, model, longText, Plan.COMPLETE);
  }

  /** Without explanations. */
  public Options(
      @Nullable Integer topK,
      @Nullable Double minScore,
      boolean returnText,
      boolean rawScores,
      @Nullable String model,
      LongText longText,
      Plan plan) {
    this(topK, minScore, returnText, rawScores, model, longText, plan, false);
  }

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
}
