package dev.snapranker.text;

/** A query's token ids, as many as any of its pairs may have; encoded once per request. */
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

  /** How many tokens the query had. */
  public int totalTokens() {
    return totalTokens;
  }

  /** How many of them go into the model; fewer where a limit of the pair cuts the query, too. */
  public int keptTokens() {
    return ids.length;
  }

  public boolean truncated() {
    return keptTokens() < totalTokens;
  }
}
