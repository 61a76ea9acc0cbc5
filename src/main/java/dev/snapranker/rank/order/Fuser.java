package dev.snapranker.rank.order;

import dev.snapranker.api.Fusion;
import dev.snapranker.api.Fusion.Normalization;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.model.FusionWeights;
import dev.snapranker.model.Manifest;
import dev.snapranker.rank.scoring.Model;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Fuses the models' order with the first stage's order. It does so among candidates with the same
 * last stage: candidates of a later stage always come before those of an earlier one.
 */
public final class Fuser {
  private final Fusion fusion;
  private final FirstStage firstStage;
  private final List<Model> models; // [stages]

  /**
   * Refuses a fusion if first-stage scores or weights are missing for it.
   *
   * @param models [stages]
   */
  public Fuser(Fusion fusion, FirstStage firstStage, List<Model> models) {
    this.fusion = fusion;
    this.firstStage = firstStage;
    this.models = models;
    switch (fusion) {
      case Fusion.None(), Fusion.Rrf(double _) -> {}
      case Fusion.Linear(double _, Normalization _) -> requireScores("linear");
      case Fusion.Learned() -> {
        requireScores("learned");
        models.forEach(Fuser::weights);
      }
    }
  }

  private void requireScores(String method) {
    int missing = firstStage.missing();
    if (missing >= 0) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "fusion.method",
          "is '%s', but candidates[%d] has no score; expected a score in each candidate, or 'rrf'"
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
   * Returns the scored candidates, best first.
   *
   * @param candidates the candidates in the stages' order, best first
   */
  public List<FusedCandidate> fuse(List<CascadeCandidate> candidates) {
    List<FusedCandidate> fused = new ArrayList<>();
    for (int stages = models.size(); stages > 0; stages--) {
      int done = stages;
      List<CascadeCandidate> tier =
          candidates.stream().filter(candidate -> candidate.stagesDone() == done).toList();
      fuse(tier, fused.size(), models.get(stages - 1)).stream()
          .sorted(Comparator.comparingDouble(FusedCandidate::value).reversed()) // stable
          .forEach(fused::add);
    }
    return fused;
  }

  /**
   * @param tier the candidates that {@code model} scored last, best first
   * @param before how many candidates come before them
   */
  private List<FusedCandidate> fuse(List<CascadeCandidate> tier, int before, Model model) {
    return switch (fusion) {
      case Fusion.None() -> unfused(tier, model.manifest());
      case Fusion.Linear(double weight, Normalization normalization) ->
          linear(tier, weight, normalization);
      case Fusion.Rrf(double k) -> reciprocalRank(tier, before, k);
      case Fusion.Learned() -> learned(tier, weights(model));
    };
  }

  private static List<FusedCandidate> unfused(List<CascadeCandidate> tier, Manifest manifest) {
    return tier.stream()
        .map(candidate -> {
          float logit = candidate.logit();
          return new FusedCandidate(candidate, logit, manifest.score(logit), null);
        })
        .toList();
  }

  /**
   * {@code weight · n(logit) + (1 − weight) · n(score)}; logits are normalised over the tier,
   * scores over all candidates.
   */
  private List<FusedCandidate> linear(
      List<CascadeCandidate> tier, double weight, Normalization normalization) {
    double[] logits =
        Normalized.of(
            tier.stream().mapToDouble(CascadeCandidate::logit).toArray(), normalization); // [tier]
    double[] scores = firstStage.scores(normalization); // [candidates]
    List<FusedCandidate> fused = new ArrayList<>(tier.size());
    for (int i = 0; i < tier.size(); i++) {
      CascadeCandidate candidate = tier.get(i);
      double firstStagePart = (1 - weight) * scores[candidate.index()];
      double value = weight * logits[i] + firstStagePart;
      double score =
          switch (normalization) {
            case MIN_MAX -> value;
            case Z_SCORE -> Manifest.Activation.SIGMOID.score(value);
          };
      fused.add(new FusedCandidate(candidate, value, score, firstStagePart));
    }
    return fused;
  }

  /**
   * {@code 1 / (k + rank) + 1 / (k + first-stage rank)}; the score is this value divided by the
   * highest possible one.
   */
  private List<FusedCandidate> reciprocalRank(List<CascadeCandidate> tier, int before, double k) {
    double most = 2 / (k + 1);
    List<FusedCandidate> fused = new ArrayList<>(tier.size());
    for (int i = 0; i < tier.size(); i++) {
      CascadeCandidate candidate = tier.get(i);
      double firstStagePart = 1 / (k + firstStage.rank(candidate.index()));
      double value = 1 / (k + before + i + 1) + firstStagePart;
      fused.add(new FusedCandidate(candidate, value, value / most, firstStagePart));
    }
    return fused;
  }

  /** The log odds of relevance; the score is the probability. */
  private List<FusedCandidate> learned(List<CascadeCandidate> tier, FusionWeights weights) {
    double[] scores = firstStage.scores(Normalization.MIN_MAX); // [candidates]
    List<FusedCandidate> fused = new ArrayList<>(tier.size());
    for (CascadeCandidate candidate : tier) {
      int index = candidate.index();
      double firstStagePart = weights.firstStagePart(scores[index], firstStage.rank(index));
      double value =
          weights.modelPart(candidate.logit(), candidate.candidate().text().length())
              + firstStagePart;
      double score = Manifest.Activation.SIGMOID.score(value);
      fused.add(new FusedCandidate(candidate, value, score, firstStagePart));
    }
    return fused;
  }
}
