package dev.snapranker.api;

/**
 * A caller's limits on the tokens that a model reads. A limit never widens the model's window.
 *
 * @param pair the most tokens of a query and a document together, special tokens included
 * @param query how many tokens of the query are read, from its beginning
 * @param document how many tokens of each document are read, from its beginning
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
