package dev.snapranker.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One stage of a cascade.
 *
 * @param model the model's id
 * @param keep how many of this stage's best candidates the next stage scores; null in the last
 *     stage
 * @param margin the next stage also scores candidates whose logit is at most this much lower than
 *     the last kept one's; null for none
 * @param targetRecall the next stage scores more candidates, until it has probably found this share
 *     of its own best {@code keep}; null for none
 */
public record StageChoice(
    String model, @Nullable Integer keep, @Nullable Double margin, @Nullable Double targetRecall) {
  private static final int MAX_STAGES = 100;

  /** Digits, a dot and an exponent; {@link Double#valueOf} refuses what is no number. */
  private static final String NUMBER = "([\\d.]+(?:[eE][+-]?\\d+)?)";

  private static final Pattern SHORT =
      Pattern.compile("([^:+]+?)(?::(\\d{1,9})(?:\\+" + NUMBER + "|@" + NUMBER + ")?)?");

  /** Refuses a cascade with more stages than any function has models. */
  public static void checkCount(int stages) {
    if (stages > MAX_STAGES) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "stages",
          "has %d entries; expected at most %d".formatted(stages, MAX_STAGES));
    }
  }

  /** Refuses invalid cascades: each stage except the last must have {@code keep}. */
  static List<StageChoice> checked(List<StageChoice> stages) {
    checkCount(stages.size());
    Set<String> models = HashSet.newHashSet(stages.size());
    for (int i = 0; i < stages.size(); i++) {
      StageChoice stage = stages.get(i);
      FieldPath path = FieldPath.of("stages").at(i);
      boolean last = i == stages.size() - 1;
      if (last && stage.keep != null) {
        throw new RerankException(
            Reason.OUT_OF_RANGE, path.field("keep"), "is set; expected none in the last stage");
      }
      if (!last && stage.keep == null) {
        throw new RerankException(
            Reason.MISSING_FIELD,
            path.field("keep"),
            "is missing; expected how many candidates go on to the next stage");
      }
      if (stage.keep != null && stage.keep < 1) {
        throw new RerankException(
            Reason.OUT_OF_RANGE, path.field("keep"), "is " + stage.keep + "; expected 1 or more");
      }
      if (stage.margin != null && last) {
        throw new RerankException(
            Reason.OUT_OF_RANGE, path.field("margin"), "is set; expected none in the last stage");
      }
      if (stage.margin != null && !(stage.margin >= 0 && Double.isFinite(stage.margin))) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            path.field("margin"),
            "is " + stage.margin + "; expected a finite number of 0 or more");
      }
      checkTargetRecall(stage, path, last);
      if (!models.add(stage.model)) {
        throw new RerankException(
            Reason.OUT_OF_RANGE,
            path.field("model"),
            "is '%s' again; expected each model once".formatted(Excerpt.of(stage.model)));
      }
    }
    return List.copyOf(stages);
  }

  private static void checkTargetRecall(StageChoice stage, FieldPath path, boolean last) {
    Double recall = stage.targetRecall;
    if (recall == null) {
      return;
    }
    FieldPath field = path.field("target_recall");
    if (last) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, field, "is set; expected none in the last stage");
    }
    if (stage.margin != null) {
      throw new RerankException(
          Reason.OUT_OF_RANGE, field, "is set together with margin; expected only one of them");
    }
    if (!(recall > 0 && recall < 1)) { // also NaN
      throw new RerankException(
          Reason.OUT_OF_RANGE, field, "is " + recall + "; expected a number above 0 and below 1");
    }
  }

  /**
   * Reads stages from their short form, {@code MODEL:KEEP,MODEL}, {@code MODEL:KEEP+MARGIN,MODEL}
   * or {@code MODEL:KEEP@TARGET_RECALL,MODEL}.
   *
   * @return an empty list for a blank text
   */
  public static List<StageChoice> parse(String text) {
    List<StageChoice> stages = new ArrayList<>();
    for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
      Matcher matcher = SHORT.matcher(part.strip());
      try {
        if (matcher.matches()) {
          String keep = matcher.group(2);
          String margin = matcher.group(3);
          String recall = matcher.group(4);
          stages.add(
              new StageChoice(
                  matcher.group(1),
                  keep == null ? null : Integer.valueOf(keep),
                  margin == null ? null : Double.valueOf(margin),
                  recall == null ? null : Double.valueOf(recall)));
          continue;
        }
      } catch (NumberFormatException e) {
        // Refused below, like what has another form.
      }
      throw new IllegalArgumentException(
          "'%s' is not a stage; expected MODEL, MODEL:KEEP, MODEL:KEEP+MARGIN or MODEL:KEEP@TARGET_RECALL"
              .formatted(part.strip()));
    }
    try {
      return checked(stages);
    } catch (RerankException e) {
      throw new IllegalArgumentException(e.explanation(), e);
    }
  }
}
