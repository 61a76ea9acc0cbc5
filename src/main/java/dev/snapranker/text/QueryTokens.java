package dev.snapranker.text;

import dev.snapranker.model.TextFrame;

/**
 * A query's tokens, together with those of the template's text around it.
 *
 * @param all all tokens. Their places are in the query; those of the frame are at its ends
 * @param frame the text around the query
 * @param beside how many tokens are of the frame alone
 */
public record QueryTokens(Tokens all, TextFrame frame, int beside) {
  /** The number of tokens with a part of the query. */
  public int count() {
    return all.count() - beside;
  }

  /** The query's text up to the end of its token number {@code tokens}. */
  String beginning(int tokens) {
    int first = 0;
    while (first < all.count() && all.end(first) == 0) { // of the frame
      first++;
    }
    int end = tokens == 0 ? 0 : all.end(first + tokens - 1);
    return all.text().substring(0, all.text().offsetByCodePoints(0, end));
  }
}
