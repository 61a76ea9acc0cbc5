package dev.snapranker.text;

/**
 * A query's tokens.
 *
 * @param tokens the tokens, with those of the template's text around the query
 * @param following the tokens of the text after the query, tokenized alone, as they follow a query
 *     that is cut
 */
public record QueryTokens(Tokens tokens, Tokens following) {
  /** How many tokens come beside those of a query that is cut. */
  int beside() {
    return tokens.lead().length + following.count();
  }
}
