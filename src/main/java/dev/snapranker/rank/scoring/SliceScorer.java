package dev.snapranker.rank.scoring;

import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedPair;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scores a slice of a request that another environment ranks. The score cache takes no part in it:
 * the other environment has asked its own.
 */
public final class SliceScorer {
  private final ScoringPool pool;

  public SliceScorer(ScoringPool pool) {
    this.pool = pool;
  }

  /**
   * Scores the longest passages first if there is ample time, otherwise the best.
   *
   * @return for each pair its logit, or NaN if there was no time to score it
   */
  public float[] score(Slice slice, Budget budget) {
    float[] logits = new float[slice.pairs().size()];
    Arrays.fill(logits, Float.NaN);
    Work uncounted = new Work(); // the other environment counts
    try (OpenQuery query = slice.model().open(slice.pairs().getFirst(), budget)) {
      List<Integer> order = order(slice, query, budget);
      pool.forEachWhile(
          order.size(),
          i -> {
            EncodedPair pair = slice.pairs().get(order.get(i));
            if (!budget.allows(query.estimateNanos(pair))) {
              return false;
            }
            logits[order.get(i)] = query.compute(pair, uncounted);
            return true;
          });
    }
    return logits;
  }

  private List<Integer> order(Slice slice, OpenQuery query, Budget budget) {
    long tokens = slice.pairs().stream().mapToLong(query::tokens).sum();
    boolean ample =
        query.pace().isKnown()
            && budget.allowsAll(query.estimateNanos(tokens), pool.requests() + 1);
    return IntStream.range(0, slice.pairs().size())
        .boxed()
        .sorted(Comparator.comparingInt(i -> ample ? -slice.pairs().get(i).tokens() : 0)) // stable
        .toList();
  }
}
