package dev.snapranker.text;

/**
 * Decides where a document is cut into passages. A passage ends with the last sentence end in its
 * second half, or with the last word end there if there is none. The start of an overlapping
 * passage follows the same rule. No token between two passages is left out.
 */
final class PassageCuts {
  private final Tokens tokens;
  private final int maxTokens;
  private final int stride;
  private final int overlap;
  private final Sentences sentences;

  /**
   * @param maxTokens the most tokens of a passage
   * @param stride the most tokens from the start of one passage to the start of the next;
   *     1..maxTokens
   * @param overlap the fewest tokens that two neighbouring passages share; at most half a passage
   */
  PassageCuts(Tokens tokens, int maxTokens, int stride, int overlap) {
    this.tokens = tokens;
    this.maxTokens = maxTokens;
    this.stride = stride;
    this.overlap = overlap;
    this.sentences = new Sentences(tokens);
  }

  /**
   * The end of the passage that begins at {@code first}.
   *
   * @param documentEnd the end of the document
   */
  int end(int first, int documentEnd) {
    return documentEnd - first <= maxTokens ? documentEnd : cut(first, maxTokens);
  }

  /** The start of the passage after the one from {@code first} to {@code end}. */
  int next(int first, int end) {
    int length = end - first;
    int most = Math.min(stride, length - Math.min(overlap, length / 2));
    return most < length ? cut(first, most) : end;
  }

  /**
   * The best place for a cut, at most {@code most} tokens after {@code first}. It is in the second
   * half, because shorter passages would say too little and be too many.
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
