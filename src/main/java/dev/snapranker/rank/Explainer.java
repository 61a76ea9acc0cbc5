package dev.snapranker.rank;

import dev.snapranker.api.ExplainUsage;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.SentenceEffect;
import dev.snapranker.rank.order.CascadeCandidate;
import dev.snapranker.rank.scoring.Budget;
import dev.snapranker.rank.scoring.ModelInput;
import dev.snapranker.rank.scoring.OpenQuery;
import dev.snapranker.rank.scoring.ScoredDocument;
import dev.snapranker.rank.scoring.Work;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.SentenceRemoval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sentences that raise a result's logit. It scores the result's best passage again
 * without each of its sentences in turn. The number of trials is bounded, because each costs as
 * much as scoring a passage.
 */
final class Explainer {
  /** How many of the first results are explained. */
  static final int RESULTS = 3;

  /** The most parts of a passage that are removed in turn. */
  static final int PARTS = 16;

  /** The most sentences in a result's explanation. */
  static final int SENTENCES = 3;

  private final ScoringPool pool;
  private final Budget budget;
  private final List<Trial> trials = new ArrayList<>();
  private @Nullable Float[] logits = new @Nullable Float[0]; // [trials]
  private final Work work = new Work();

  private boolean outOfTime; // before the sentences of all passages were found

  /** One sentence to remove. */
  private record Trial(int index, ScoredDocument document, SentenceRemoval removal) {}

  Explainer(ScoringPool pool, Budget budget) {
    this.pool = pool;
    this.budget = budget;
  }

  /**
   * Adds explanations to the first results.
   *
   * @param candidates the candidates that the results were made from
   */
  List<RankedCandidate> explain(List<RankedCandidate> results, List<CascadeCandidate> candidates) {
    Set<Integer> first =
        results.stream().limit(RESULTS).map(RankedCandidate::index).collect(Collectors.toSet());
    for (CascadeCandidate candidate : candidates) {
      ScoredDocument document = candidate.document();
      if (document != null && first.contains(candidate.index())) {
        if (budget.isSpent()) {
          outOfTime = true;
          break;
        }
        for (SentenceRemoval removal : document.sentenceRemovals(PARTS)) {
          trials.add(new Trial(candidate.index(), document, removal));
        }
      }
    }
    run();
    Map<Integer, List<SentenceEffect>> effects = effects();
    return results.stream()
        .map(result -> result.explained(effects.getOrDefault(result.index(), List.of())))
        .toList();
  }

  private void run() {
    logits = new @Nullable Float[trials.size()];
    Map<ModelInput, List<Integer>> byInput = new LinkedHashMap<>();
    for (int i = 0; i < logits.length; i++) {
      byInput.computeIfAbsent(trials.get(i).document.input(), _ -> new ArrayList<>()).add(i);
    }
    byInput.forEach(this::run);
  }

  /** Scores trials with the model that scored their documents. */
  private void run(ModelInput input, List<Integer> trialsOfModel) {
    try (OpenQuery query = input.open(budget)) {
      pool.forEachWhile(
          trialsOfModel.size(),
          i -> {
            int trial = trialsOfModel.get(i);
            EncodedPair pair = trials.get(trial).removal.pair();
            if (!budget.allows(query.estimateNanos(pair))) {
              return false;
            }
            logits[trial] = query.logit(pair, work);
            return true;
          });
    }
  }

  /** Whether all trials were made in time. */
  boolean complete() {
    return !outOfTime && Arrays.stream(logits).noneMatch(Objects::isNull);
  }

  /** For each candidate's index, the sentences that raise the logit most, best first. */
  private Map<Integer, List<SentenceEffect>> effects() {
    Map<Integer, List<SentenceEffect>> effects = new HashMap<>();
    for (int i = 0; i < logits.length; i++) {
      Float without = logits[i];
      Trial trial = trials.get(i);
      if (without != null && without < trial.document.bestLogit()) {
        effects
            .computeIfAbsent(trial.index, _ -> new ArrayList<>())
            .add(
                new SentenceEffect(
                    trial.removal.start(),
                    trial.removal.end(),
                    trial.document.bestLogit() - without));
      }
    }
    effects.replaceAll((_, all) ->
        all.stream()
            .sorted(Comparator.comparingDouble(effect -> -effect.drop())) // stable
            .limit(SENTENCES)
            .toList());
    return effects;
  }

  ExplainUsage usage() {
    return new ExplainUsage(work.passages(), work.tokens());
  }
}
