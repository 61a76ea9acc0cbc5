package dev.snapranker.rank.scoring;

import dev.snapranker.score.QueryScorer;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.text.EncodedPair;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A query that is open at a model. Whoever opened it closes it, and with it what the model keeps
 * for the query's pairs. Thread-safe.
 */
public final class OpenQuery implements AutoCloseable {
  private final QueryScorer scorer;
  private final ScoreCache cache;
  private final String cachedAs;
  private final Pace pace;
  private final LongSupplier clock;

  /**
   * @param scorer is closed with this query
   * @param cache the cache of logits
   * @param cachedAs the model's name in the cache
   * @param pace the model's pace, to which this query's work is added
   * @param clock the clock in nanoseconds that measures the pace
   */
  OpenQuery(QueryScorer scorer, ScoreCache cache, String cachedAs, Pace pace, LongSupplier clock) {
    this.scorer = scorer;
    this.cache = cache;
    this.cachedAs = cachedAs;
    this.pace = pace;
    this.clock = clock;
  }

  /**
   * The logit of the query and one passage.
   *
   * @param work counts the passage
   */
  public float logit(EncodedPair pair, Work work) {
    return logit(pair, work, work);
  }

  /**
   * The logit of the query and one passage.
   *
   * @param work counts the passage
   * @param shared counts what the model read for all passages of the query
   */
  float logit(EncodedPair pair, Work work, Work shared) {
    ScoreCache.@Nullable Key key = cache.isOff() ? null : cache.keyOf(cachedAs, pair);
    Float known = key == null ? null : cache.get(key);
    if (known != null) {
      work.addCached();
      return known;
    }
    float logit = compute(pair, shared);
    if (key != null) {
      cache.put(key, logit);
    }
    work.add(tokens(pair));
    return logit;
  }

  /** The logit of the query and one passage, without the cache. */
  float compute(EncodedPair pair, Work shared) {
    prepare(shared);
    long started = clock.getAsLong();
    float logit = scorer.logit(pair);
    pace.observe(tokens(pair), clock.getAsLong() - started);
    return logit;
  }

  /** The logit that the cache has for a pair; null if it has none. */
  @Nullable Float recall(EncodedPair pair) {
    return cache.isOff() ? null : cache.get(cache.keyOf(cachedAs, pair));
  }

  /** Puts a logit of the same model, which another environment computed, into the cache. */
  void remember(EncodedPair pair, float logit) {
    if (!cache.isOff()) {
      cache.put(cache.keyOf(cachedAs, pair), logit);
    }
  }

  /** Reads what all pairs share. Threads that wait for another one do not count the time. */
  private void prepare(Work work) {
    long started = clock.getAsLong();
    int tokens = scorer.prepare();
    if (tokens > 0) {
      pace.observe(tokens, clock.getAsLong() - started);
      work.addShared(tokens);
    }
  }

  /** How many tokens the model reads for a pair. */
  public int tokens(EncodedPair pair) {
    return scorer.tokens(pair);
  }

  /** The estimated time of one core for a pair, and for what the model must read before it. */
  public long estimateNanos(EncodedPair pair) {
    return estimateNanos(tokens(pair));
  }

  /** The estimated time of one core for these tokens, and for what the model must read before. */
  long estimateNanos(long tokens) {
    return pace.estimateNanos(tokens + scorer.tokensToPrepare());
  }

  /** How many tokens the model must read before the first pair. */
  int tokensToPrepare() {
    return scorer.tokensToPrepare();
  }

  /** The model's time per token on one core. */
  Pace pace() {
    return pace;
  }

  @Override
  public void close() {
    scorer.close();
  }
}
