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

  /**
   * @param ids [tokens]
   * @param starts [tokens], where each begins, never within white space before it
   * @param ends [tokens], where each ends
   */
  public Tokens(String text, long[] ids, int[] starts, int[] ends) {
    this.text = text;
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
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
