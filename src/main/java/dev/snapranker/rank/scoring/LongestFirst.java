package dev.snapranker.rank.scoring;

import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads all documents, then scores them with the longest passage first, so that all threads finish
 * at about the same time. If the time may not be enough for the rest, it stops, and {@link
 * BestFirst} continues.
 */
final class LongestFirst {
  /**
   * Reading may take 1 / 4 of the time left: it may read documents that cannot be scored in time.
   */
  private static final int READING_SHARE = 4;

  private final OpenQuery query;
  private final ScoringPool pool;
  private final Budget budget;

  LongestFirst(OpenQuery query, ScoringPool pool, Budget budget) {
    this.query = query;
    this.pool = pool;
    this.budget = budget;
  }

  /** Scores all documents, unless the time may run out. */
  void score(StageDocuments documents) {
    if (!readAll(documents)) {
      return;
    }
    List<PassageRef> passages = longestFirst(documents);
    AtomicLong left = new AtomicLong(passages.stream().mapToLong(PassageRef::tokens).sum());
    pool.forEachWhile(
        passages.size(),
        i -> {
          PassageRef next = passages.get(i);
          long tokensLeft = left.getAndAdd(-next.tokens());
          if (documents.isScored(next.document(), next.passage())) {
            return true; // by another environment in the meantime
          }
          if (!hasAmpleTime(tokensLeft) || !budget.allows(query.estimateNanos(next.tokens()))) {
            return false;
          }
          documents.score(next.document(), next.passage());
          return true;
        });
  }

  /** Reads documents in their order; false if the time may not be enough for all of them. */
  private boolean readAll(StageDocuments documents) {
    long scoringNanos = budget.remainingNanos() - budget.remainingNanos() / READING_SHARE;
    AtomicLong tokens = new AtomicLong();
    pool.forEachWhile(
        documents.count(),
        i -> {
          if (budget.remainingNanos() < scoringNanos || !hasAmpleTime(tokens.get())) {
            return false;
          }
          if (!documents.isRead(i)) {
            documents.read(i);
          }
          tokens.addAndGet(documents.tokensLeft(i));
          return true;
        });
    documents.check();
    return documents.areRead();
  }

  /**
   * Whether scoring these tokens would finish long before time runs out; false while the pace is
   * unknown.
   */
  private boolean hasAmpleTime(long tokens) {
    // All threads wait for the tokens that come before the first pair.
    long idle = (long) query.tokensToPrepare() * (budget.threads() - 1);
    return query.pace().isKnown()
        && budget.allowsAll(query.estimateNanos(tokens + idle), pool.requests());
  }

  private static List<PassageRef> longestFirst(StageDocuments documents) {
    List<PassageRef> all = new ArrayList<>(documents.unscored());
    all.sort(Comparator.comparingInt(passage -> -passage.tokens())); // stable
    return all;
  }
}
