package dev.snapranker.rank.scoring;

import dev.snapranker.api.FanOutUsage;
import dev.snapranker.api.StageUsage;
import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The results of one stage: the scored documents, and their usage and times.
 *
 * @param documents the documents in the list's order; null for one that was not scored in time
 * @param tokenizeNanos the wall time of encoding
 * @param scoreNanos the wall time of the model
 * @param fanOut null unless other environments were asked to help
 */
public record StageRun(
    List<@Nullable ScoredDocument> documents,
    StageUsage usage,
    long tokenizeNanos,
    long scoreNanos,
    @Nullable FanOutUsage fanOut) {

  /**
   * Scores documents in their order, as far as the time allows. After the first document without a
   * score, no document of the same slice keeps one.
   *
   * @param shortlist the candidates that may be scored
   * @param fanOut decides whether other environments help with a round
   */
  public static StageRun of(
      ModelInput input, Shortlist shortlist, ScoringPool pool, Budget budget, FanOut fanOut) {
    List<Integer> candidates = shortlist.candidates();
    DistinctTexts distinct = new DistinctTexts(candidates.stream().map(input::text).toList());
    List<Integer> firsts = distinct.firsts().stream().map(candidates::get).toList();
    Work work = new Work();
    long started = budget.clock().getAsLong();
    StageDocuments documents;
    List<StageDocuments> slices = new ArrayList<>();
    int reached = 0;
    @Nullable FanOutRun fannedOut = null;
    try (OpenQuery query = input.open(budget)) {
      documents = new StageDocuments(input, query, firsts, work, budget.clock());
      int next = shortlist.depth().next(distinct.firsts(), List.of());
      while (next > reached) {
        StageDocuments round = documents.part(IntStream.range(reached, next).boxed().toList());
        reached = next;
        if (fanOut.slicing().cuts(round.count())) {
          if (fannedOut == null) {
            fannedOut = new FanOutRun(fanOut, input.model(), query, pool, budget);
          }
          slices.addAll(fannedOut.score(round));
        } else {
          new LongestFirst(query, pool, budget).score(round);
          new BestFirst(query, pool, budget).score(round);
          slices.add(round);
        }
        if (round.areScored()) { // otherwise there was no time for all of it
          next = shortlist.depth().next(distinct.firsts(), documents.logits(reached));
        }
      }
    }
    long nanos = budget.clock().getAsLong() - started;
    long tokenizeNanos = Math.min(nanos, documents.readNanos(pool.threads()));
    List<@Nullable ScoredDocument> scored = distinct.forAll(scored(documents, slices));
    StageUsage usage =
        new StageUsage(
            input.model().id(),
            distinct.copies(reached),
            (int) scored.stream().filter(Objects::nonNull).count(),
            distinct.copies(reached) - reached,
            work.passages(),
            work.cached(),
            work.tokens());
    return new StageRun(
        scored,
        usage,
        tokenizeNanos,
        nanos - tokenizeNanos,
        fannedOut == null ? null : fannedOut.usage());
  }

  /** For each document its scores, or null if it is not among the first ones of its slice. */
  private static List<@Nullable ScoredDocument> scored(
      StageDocuments documents, List<StageDocuments> slices) {
    Set<StageDocument> kept = new HashSet<>();
    slices.forEach(slice -> kept.addAll(slice.firstScored()));
    List<@Nullable ScoredDocument> scored = new ArrayList<>();
    for (StageDocument document : documents.all()) {
      scored.add(kept.contains(document) ? document.scored() : null);
    }
    return scored;
  }
}
