package dev.snapranker.rank.scoring;

import dev.snapranker.api.StageUsage;
import dev.snapranker.score.ScoringPool;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One model's turn: the documents that it scored, and what they took.
 *
 * @param documents in the list's order; null where time ran out before one was scored
 * @param tokenizeNanos wall time of encoding
 * @param scoreNanos wall time of the model
 */
public record StageRun(
    List<@Nullable ScoredDocument> documents,
    StageUsage usage,
    long tokenizeNanos,
    long scoreNanos) {

  /**
   * Scores documents as far as the time allows: no text keeps a score if one before it has none.
   *
   * @param candidates positions in the request, best first
   */
  public static StageRun of(
      ModelInput input, List<Integer> candidates, ScoringPool pool, Budget budget) {
    Distinct distinct = new Distinct(candidates.stream().map(input::text).toList());
    List<Integer> firsts = distinct.firsts().stream().map(candidates::get).toList();
    Work work = new Work();
    StageDocuments documents = new StageDocuments(input, firsts, work, budget.clock());
    long started = budget.clock().getAsLong();
    new LongestFirst(input.model(), pool, budget).score(documents);
    new BestFirst(input.model(), pool, budget).score(documents);
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
