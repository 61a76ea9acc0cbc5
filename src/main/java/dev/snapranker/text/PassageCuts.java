package dev.snapranker.text;

/**
 * Cuts a document into passages. A passage ends at the last sentence end in its second half, else
 * at the last word end there. An overlapping passage begins by the same rule. No token between two
 * passages is left out.
 */
final class PassageCuts {
  private final Tokens tokens;
  private final int maxTokens;
  private final int stride;
  private final int overlap;
  private final Sentences sentences;

  /**
   * @param maxTokens what fits into a passage
   * @param stride how many tokens after one the next begins, at most; 1..maxTokens
   * @param overlap how many of its last tokens the next has, too, at least; at most half of it
   */
  PassageCuts(Tokens tokens, int maxTokens, int stride, int overlap) {
    this.tokens = tokens;
    this.maxTokens = maxTokens;
    this.stride = stride;
    this.overlap = overlap;
    this.sentences = new Sentences(tokens);
  }

  /**
   * Where the passage that begins at {@code first} ends.
   *
   * @param documentEnd where the document does
   */
  int end(int first, int documentEnd) {
    return documentEnd - first <= maxTokens ? documentEnd : cut(first, maxTokens);
  }

  /** Where the passage after the one of {@code first} to {@code end} begins. */
  int next(int first, int end) {
    int length = end - first;
    int most = Math.min(stride, length - Math.min(overlap, length / 2));
    return most < length ? cut(first, most) : end;
  }

  /**
   * A good place at most {@code most} tokens after {@code first}: the last one in the second half,
   * as short passages say little and are many.
   */
  private int cut(int first, int most) {
    int furthest = first + most;
    int nearest = first + (most + 1) / 2;
    int sentence = sentences.firstTokenOf(furthest);
    if (sentence >= nearest) {
      return sentence;
    }
    for (int word = furthest; word >= nearest; word--) {
      if (tokens.startsWord(word)) {
        return word;
      }
    }
    return furthest;
  }
}
