package dev.snapranker.api;

/**
 * How many tokens a caller lets a model read. No limit makes a model's window wider.
 *
 * @param pair of a query and a document together, with the special tokens around them
 * @param query of the query, from its beginning
 * @param document of each document, from its beginning
 */
public record TokenLimits(int pair, int query, int document) {
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** The model's window is the only limit. */
  public static final TokenLimits NONE = new TokenLimits(UNLIMITED, UNLIMITED, UNLIMITED);

  public TokenLimits {
    if (pair < 1 || query < 1 || document < 1) {
      throw new IllegalArgumentException(
          "limits of %d, %d and %d tokens; expected 1 or more".formatted(pair, query, document));
    }
  }
}
