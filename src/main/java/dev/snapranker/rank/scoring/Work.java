package dev.snapranker.rank.scoring;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the work of models. Thread-safe. */
public final class Work {
  private final AtomicInteger passages = new AtomicInteger();
  private final AtomicInteger cached = new AtomicInteger();
  private final AtomicLong tokens = new AtomicLong();

  /** Counts a passage that got its logit from the cache or the model. */
  void add(boolean fromCache, int passageTokens) {
    passages.incrementAndGet();
    if (fromCache) {
      cached.incrementAndGet();
    } else {
      tokens.addAndGet(passageTokens);
    }
  }

  void add(Work more) {
    passages.addAndGet(more.passages.get());
    cached.addAndGet(more.cached.get());
    tokens.addAndGet(more.tokens.get());
  }

  /** How many passages got a logit. */
  public int passages() {
    return passages.get();
  }

  /** How many of these logits came from the cache. */
  int cached() {
    return cached.get();
  }

  /** How many tokens the models read for the other passages, special tokens included. */
  public long tokens() {
    return tokens.get();
  }
}
