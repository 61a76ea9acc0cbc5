package dev.snapranker.rank.scoring;

import dev.snapranker.api.StageUsage;
import dev.snapranker.score.ScoringPool;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The results of one stage: the scored documents, and their usage and times.
 *
 * @param documents the documents in the list's order; null for one that was not scored in time
 * @param tokenizeNanos the wall time of encoding
 * @param scoreNanos the wall time of the model
 */
public record StageRun(
    List<@Nullable ScoredDocument> documents,
    StageUsage usage,
    long tokenizeNanos,
    long scoreNanos) {

  /**
   * Scores documents in their order, as far as the time allows. After the first document without a
   * score, no document keeps one.
   *
   * @param candidates positions in the request, best first
   */
  public static StageRun of(
      ModelInput input, List<Integer> candidates, ScoringPool pool, Budget budget) {
    DistinctTexts distinct = new DistinctTexts(candidates.stream().map(input::text).toList());
    List<Integer> firsts = distinct.firsts().stream().map(candidates::get).toList();
    Work work = new Work();
    long started = budget.clock().getAsLong();
    StageDocuments documents;
    try (OpenQuery query = input.open(budget)) {
      documents = new StageDocuments(input, query, firsts, work, budget.clock());
      new LongestFirst(query, pool, budget).score(documents);
      new BestFirst(query, pool, budget).score(documents);
    }
    long nanos = budget.clock().getAsLong() - started;
    long tokenizeNanos = Math.min(nanos, documents.readNanos(pool.threads()));
    List<@Nullable ScoredDocument> scored = distinct.forAll(documents.scored());
    StageUsage usage =
        new StageUsage(
            input.model().id(),
            candidates.size(),
            (int) scored.stream().filter(Objects::nonNull).count(),
            distinct.duplicates(),
            work.passages(),
            work.cached(),
            work.tokens());
    return new StageRun(scored, usage, tokenizeNanos, nanos - tokenizeNanos);
  }
}
