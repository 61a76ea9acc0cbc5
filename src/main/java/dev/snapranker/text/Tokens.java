package dev.snapranker.text;

/**
 * A text as ids of a vocabulary, without special tokens, and where in the text each comes from.
 * Good for each model that shares the vocabulary.
 *
 * <p>Places are counted in Unicode code points, as the tokenizer counts them: no place lies within
 * a character outside of the Basic Multilingual Plane.
 */
public final class Tokens {
  private final String text;
  private final long[] ids; // [tokens]
  private final int[] starts; // [tokens], code points
  private final int[] ends; // [tokens], code points
  private final int codePointsBefore;
  private final boolean whole;

  /**
   * The tokens of a whole text.
   *
   * @param ids [tokens]
   * @param starts [tokens], where each begins, never within white space before it
   * @param ends [tokens], where each ends
   */
  public Tokens(String text, long[] ids, int[] starts, int[] ends) {
    this(text, ids, starts, ends, 0, true);
  }

  private Tokens(
      String text, long[] ids, int[] starts, int[] ends, int codePointsBefore, boolean whole) {
    this.text = text;
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
    this.codePointsBefore = codePointsBefore;
    this.whole = whole;
  }

  /** The same tokens, where their text is a part of a longer one. */
  Tokens of(TextPart part) {
    return new Tokens(text, ids, starts, ends, part.codePointsBefore(), part.whole());
  }

  /** Whether there is no more of the text. */
  boolean isWhole() {
    return whole;
  }

  /** How many code points of the whole text come before the part that these are the tokens of. */
  int codePointsBefore() {
    return codePointsBefore;
  }

  String text() {
    return text;
  }

  public long[] ids() {
    return ids;
  }

  public int count() {
    return ids.length;
  }

  /** Where a token begins in the part. */
  int start(int token) {
    return starts[token];
  }

  int end(int token) {
    return ends[token];
  }

  /** Whether something that is no part of a token, as white space is, comes before it. */
  boolean startsWord(int token) {
    return token == 0 || starts[token] > ends[token - 1];
  }
}
