package dev.snapranker.rank.scoring;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what models do. Safe for use by many threads. */
public final class Work {
  private final AtomicInteger passages = new AtomicInteger();
  private final AtomicInteger cached = new AtomicInteger();
  private final AtomicLong tokens = new AtomicLong();

  /** Counts a passage that has its logit, from the cache or from the model. */
  void add(boolean fromCache, int passageTokens) {
    passages.incrementAndGet();
    if (fromCache) {
      cached.incrementAndGet();
    } else {
      tokens.addAndGet(passageTokens);
    }
  }

  /** Passages that have a logit. */
  public int passages() {
    return passages.get();
  }

  /** How many of these logits were known, and so cost nothing. */
  int cached() {
    return cached.get();
  }

  /** Tokens that went through the models for the others, special tokens included. */
  public long tokens() {
    return tokens.get();
  }
}
