package dev.snapranker.text;

/** A query's token ids, cut to the most that a pair may contain. Encoded once per request. */
public final class EncodedQuery {
  private final long[] ids; // [kept tokens]
  private final int totalTokens;

  EncodedQuery(long[] ids, int totalTokens) {
    this.ids = ids;
    this.totalTokens = totalTokens;
  }

  long[] ids() {
    return ids;
  }

  /** How many tokens the whole query has. */
  public int totalTokens() {
    return totalTokens;
  }

  /**
   * How many of them the model reads at most. A token limit on the pair may cut the query further.
   */
  public int keptTokens() {
    return ids.length;
  }

  public boolean truncated() {
    return keptTokens() < totalTokens;
  }
}
