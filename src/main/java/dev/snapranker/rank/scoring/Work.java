package dev.snapranker.rank.scoring;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the work of models. Thread-safe. */
public final class Work {
  private final AtomicInteger passages = new AtomicInteger();
  private final AtomicInteger cached = new AtomicInteger();
  private final AtomicLong tokens = new AtomicLong();

  /** Counts a passage that got its logit from the model. */
  void add(int passageTokens) {
    passages.incrementAndGet();
    tokens.addAndGet(passageTokens);
  }

  /** Counts a passage that got its logit from the cache. */
  void addCached() {
    passages.incrementAndGet();
    cached.incrementAndGet();
  }

  /** Counts tokens that the model read once for all passages of a query. */
  void addShared(int sharedTokens) {
    tokens.addAndGet(sharedTokens);
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

  /** How many tokens the models read for the other passages, template included. */
  public long tokens() {
    return tokens.get();
  }
}
