package dev.snapranker.rank;

import dev.snapranker.api.ExplainUsage;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.SentenceEffect;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.Omission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which sentences a result owes its place to: its best passage is scored again without each of them
 * in turn. Bounded, as each costs as much as a passage.
 */
final class Explainer {
  /** How many results are explained. */
  static final int RESULTS = 3;

  /** Into how many parts a passage is taken apart. */
  static final int PARTS = 16;

  /** How many of them are told. */
  static final int SENTENCES = 3;

  private final ScoringPool pool;
  private final Budget budget;
  private final List<Trial> trials = new ArrayList<>();
  private @Nullable PairScore[] scores = new @Nullable PairScore[0]; // [trials]

  private boolean unread; // a passage whose sentences were not looked for, as time ran out

  /** One sentence left out. */
  private record Trial(Hit hit, Model model, ScoredDocument document, Omission omission) {}

  Explainer(ScoringPool pool, Budget budget) {
    this.pool = pool;
    this.budget = budget;
  }

  /**
   * The results, the first of them with their sentences.
   *
   * @param hits where they come from
   * @param readings [stages]
   */
  List<Ranked> explain(
      List<Ranked> results, List<Hit> hits, List<Stage> stages, List<Reading> readings) {
    Set<Integer> first =
        results.stream().limit(RESULTS).map(Ranked::index).collect(Collectors.toSet());
    for (Hit hit : hits) {
      ScoredDocument document = hit.document();
      if (document != null && first.contains(hit.index())) {
        if (budget.over()) {
          unread = true;
          break;
        }
        int stage = hit.depth() - 1;
        for (Omission omission : readings.get(stage).omissions(document, PARTS)) {
          trials.add(new Trial(hit, stages.get(stage).model(), document, omission));
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
    scores = new @Nullable PairScore[trials.size()];
    pool.forEachWhile(
        scores.length,
        i -> {
          Trial trial = trials.get(i);
          if (!budget.allows(trial.model.pace().estimateNanos(trial.omission.pair().tokens()))) {
            return false;
          }
          scores[i] = trial.model.score(trial.omission.pair());
          return true;
        });
  }

  /** Whether all of it was done in time. */
  boolean complete() {
    return !unread && Arrays.stream(scores).noneMatch(Objects::isNull);
  }

  /** By the candidates' indices: the sentences that raise the logit most, the first foremost. */
  private Map<Integer, List<SentenceEffect>> effects() {
    Map<Integer, List<SentenceEffect>> effects = new HashMap<>();
    for (int i = 0; i < scores.length; i++) {
      PairScore without = scores[i];
      Trial trial = trials.get(i);
      if (without != null && without.logit() < trial.document.bestLogit()) {
        effects
            .computeIfAbsent(trial.hit.index(), _ -> new ArrayList<>())
            .add(
                new SentenceEffect(
                    trial.omission.start(),
                    trial.omission.end(),
                    trial.document.bestLogit() - without.logit()));
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
    int passages = 0;
    long tokens = 0;
    for (int i = 0; i < scores.length; i++) {
      PairScore score = scores[i];
      passages += score == null ? 0 : 1;
      tokens += score == null || score.cached() ? 0 : trials.get(i).omission.pair().tokens();
    }
    return new ExplainUsage(passages, tokens);
  }
}
