package dev.snapranker.rank.scoring;

import dev.snapranker.score.ScoringPool;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Scores documents in their order when time may run out: reads one, scores it, and goes on. It
 * stops at the first document that cannot finish in time.
 */
final class BestFirst {
  private final OpenQuery query;
  private final ScoringPool pool;
  private final Budget budget;

  BestFirst(OpenQuery query, ScoringPool pool, Budget budget) {
    this.query = query;
    this.pool = pool;
    this.budget = budget;
  }

  /** Scores the documents that are not scored yet, as far as the time allows. */
  void score(StageDocuments documents) {
    AtomicInteger end =
        new AtomicInteger(documents.count()); // the first document without enough time
    pool.forEachWhile(
        documents.count(),
        i -> {
          if (i < end.get() && (documents.isScored(i) || scoreInTime(documents, i, end))) {
            return true;
          }
          end.accumulateAndGet(i, Math::min);
          return false;
        });
  }

  private boolean scoreInTime(StageDocuments documents, int i, AtomicInteger end) {
    if (!documents.isRead(i)) {
      if (!budget.allows(documents.estimateReadNanos(i))) {
        return false;
      }
      documents.read(i);
      documents.check(i);
    }
    if (budget.isSpent()) {
      return false;
    }
    if (!budget.allows(query.estimateNanos(documents.tokensLeft(i)))) {
      if (i == 0) {
        query.pace().lowerEstimate();
      }
      return false;
    }
    int started = 0;
    for (int passage = 0; passage < documents.passages(i); passage++) {
      if (documents.isScored(i, passage)) {
        continue;
      }
      if (started++ > 0 && (budget.isSpent() || i > end.get())) {
        return false;
      }
      documents.score(i, passage);
    }
    return true;
  }
}
