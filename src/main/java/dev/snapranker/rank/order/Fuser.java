package dev.snapranker.rank;

import dev.snapranker.api.Fusion;
import dev.snapranker.api.Fusion.Normalization;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Hears the first stage: hits that the same stage scored last are ordered by a value that its
 * scores have a part in. A later stage's results stay before an earlier one's.
 */
final class Fuser {
  private final Fusion fusion;
  private final FirstStage firstStage;
  private final List<Stage> stages;

  /** Refuses a fusion for which something is missing. */
  Fuser(Fusion fusion, FirstStage firstStage, List<Stage> stages) {
    this.fusion = fusion;
    this.firstStage = firstStage;
    this.stages = stages;
    switch (fusion) {
      case Fusion.None(), Fusion.Rrf(double _) -> {}
      case Fusion.Linear(double _, Normalization _) -> requireScores("linear");
      case Fusion.Learned() -> {
        requireScores("learned");
        stages.forEach(stage -> weights(stage.model()));
      }
    }
  }

  private void requireScores(String method) {
    int missing = firstStage.missing();
    if (missing >= 0) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "fusion.method",
          "is '%s', but candidates[%d] has no score; expected a score in each, or 'rrf'"
              .formatted(method, missing));
    }
  }

  private static FusionWeights weights(Model model) {
    FusionWeights weights = model.fusionWeights();
    if (weights == null) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "fusion.method",
          "is 'learned', but there are no weights for '%s'; expected 'none', 'linear' or 'rrf'"
              .formatted(model.id()));
    }
    return weights;
  }

  /**
   * Those that were scored, best first.
   *
   * @param hits best first, by the stages alone
   */
  List<Placed> place(List<Hit> hits) {
    List<Placed> placed = new ArrayList<>();
    for (int depth = stages.size(); depth > 0; depth--) {
      int stage = depth;
      List<Hit> tier = hits.stream().filter(hit -> hit.depth() == stage).toList();
      List<Placed> fused = fuse(tier, placed.size(), stages.get(depth - 1).model());
      placed.addAll(
          fused.stream().sorted(Comparator.comparingDouble(Placed::raw).reversed()).toList());
    }
    return placed;
  }

  /**
   * @param tier what {@code model} scored last, best first
   * @param before how many stand before it
   */
  private List<Placed> fuse(List<Hit> tier, int before, Model model) {
    return switch (fusion) {
      case Fusion.None() ->
          tier.stream()
              .map(hit -> new Placed(hit, hit.logit(), model.manifest().score(hit.logit()), null))
              .toList();
      case Fusion.Linear(double weight, Normalization normalization) ->
          linear(tier, weight, normalization);
      case Fusion.Rrf(double k) -> reciprocalRank(tier, before, k);
      case Fusion.Learned() -> learned(tier, weights(model));
    };
  }

  /** {@code weight · n(logit) + (1 − weight) · n(score)}; n is of the tier, and of all scores. */
  private List<Placed> linear(List<Hit> tier, double weight, Normalization normalization) {
    double[] logits =
        Normalized.of(tier.stream().mapToDouble(Hit::logit).toArray(), normalization); // [tier]
    double[] scores = firstStage.scores(normalization); // [candidates]
    List<Placed> placed = new ArrayList<>(tier.size());
    for (int i = 0; i < tier.size(); i++) {
      Hit hit = tier.get(i);
      double firstStagePart = (1 - weight) * scores[hit.index()];
      double value = weight * logits[i] + firstStagePart;
      double score =
          switch (normalization) {
            case MIN_MAX -> value;
            case Z_SCORE -> Manifest.Activation.SIGMOID.score(value);
          };
      placed.add(new Placed(hit, value, score, firstStagePart));
    }
    return placed;
  }

  /** {@code 1 / (k + rank) + 1 / (k + first-stage rank)}; the score is its share of the most. */
  private List<Placed> reciprocalRank(List<Hit> tier, int before, double k) {
    double most = 2 / (k + 1);
    List<Placed> placed = new ArrayList<>(tier.size());
    for (int i = 0; i < tier.size(); i++) {
      Hit hit = tier.get(i);
      double firstStagePart = 1 / (k + firstStage.rank(hit.index()));
      double value = 1 / (k + before + i + 1) + firstStagePart;
      placed.add(new Placed(hit, value, value / most, firstStagePart));
    }
    return placed;
  }

  /** The log odds of relevance; the score is their probability. */
  private List<Placed> learned(List<Hit> tier, FusionWeights weights) {
    double[] scores = firstStage.scores(Normalization.MIN_MAX); // [candidates]
    List<Placed> placed = new ArrayList<>(tier.size());
    for (Hit hit : tier) {
      double firstStagePart =
          weights.firstStagePart(scores[hit.index()], firstStage.rank(hit.index()));
      double value =
          weights.modelPart(hit.logit(), hit.candidate().text().length()) + firstStagePart;
      placed.add(new Placed(hit, value, Manifest.Activation.SIGMOID.score(value), firstStagePart));
    }
    return placed;
  }
}
