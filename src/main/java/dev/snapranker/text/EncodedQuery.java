package dev.snapranker.text;

/**
 * A query's token ids with those of the template's text around it, cut to the most that a pair may
 * contain. Encoded once per request.
 */
public final class EncodedQuery {
  private final long[] ids; // [kept tokens, and those beside]
  private final int keptTokens;
  private final int totalTokens;

  /**
   * @param keptTokens how many of the ids are of the query
   * @param totalTokens how many tokens the whole query has
   */
  EncodedQuery(long[] ids, int keptTokens, int totalTokens) {
    this.ids = ids;
    this.keptTokens = keptTokens;
    this.totalTokens = totalTokens;
  }

  /** The tokens between the special tokens before the query and those after it. */
  public long[] ids() {
    return ids;
  }

  /** How many tokens are of the template's text around the query. */
  int beside() {
    return ids.length - keptTokens;
  }

  /** How many tokens the whole query has. */
  public int totalTokens() {
    return totalTokens;
  }

  /**
   * How many of them the model reads at most. A token limit on the pair may cut the query further.
   */
  public int keptTokens() {
    return keptTokens;
  }

  public boolean truncated() {
    return keptTokens < totalTokens;
  }
}
