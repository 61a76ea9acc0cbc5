package dev.snapranker.rank;

import dev.snapranker.api.StageUsage;
import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.List;

/**
 * One model's turn: it scores who came so far, and says who goes on.
 *
 * @param passing who goes on to the next stage
 */
record Stage(Model model, Passing passing) {

  /**
   * Scores the first {@code admitted} of {@code hits}, as far as time goes: no text is scored while
   * one before it is not.
   *
   * @param hits best first, by the stages before
   */
  Run run(Reading reading, List<Hit> hits, int admitted, ScoringPool pool, Budget budget) {
    List<Hit> came = hits.subList(0, admitted);
    Distinct distinct = Distinct.of(came);
    Documents documents = new Documents(model, reading, distinct.hits(), budget.nanoTime());
    long started = budget.nanoTime().getAsLong();
    new LongestFirst(model, pool, budget).score(documents);
    new BestFirst(model, pool, budget).score(documents);
    Scoring scoring = documents.scoring(pool.threads(), budget.nanoTime().getAsLong() - started);
    List<Hit> scored = new ArrayList<>();
    List<Hit> rest = new ArrayList<>();
    for (int i = 0; i < came.size(); i++) {
      ScoredDocument document = scoring.document(distinct.position(i));
      if (document == null) {
        rest.add(came.get(i));
      } else {
        scored.add(came.get(i).scored(model.id(), document));
      }
    }
    rest.addAll(hits.subList(admitted, hits.size()));
    List<Hit> ordered = Ordering.byStage(scored, rest);
    return new Run(
        ordered,
        passing.count(ordered.subList(0, scored.size()).stream().map(Hit::logit).toList()),
        new StageUsage(
            model.id(),
            admitted,
            scored.size(),
            distinct.duplicates(),
            scoring.passages(),
            scoring.cached(),
            scoring.tokens()),
        scoring.tokenizeNanos(),
        scoring.scoreNanos());
  }

  /**
   * What a stage leaves to the next.
   *
   * @param hits best first
   * @param passing how many of them, from the first, go on
   * @param tokenizeNanos wall time of encoding
   * @param scoreNanos wall time of scoring
   */
  record Run(List<Hit> hits, int passing, StageUsage usage, long tokenizeNanos, long scoreNanos) {}
}
