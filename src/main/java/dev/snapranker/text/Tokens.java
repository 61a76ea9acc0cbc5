package dev.snapranker.text;

import dev.snapranker.model.TextFrame;
import java.util.stream.IntStream;

/**
 * The tokens of a text without special tokens: their ids, and where in the text each one begins and
 * ends. All models with the same vocabulary can use them.
 *
 * <p>Positions are in Unicode code points, as the tokenizer counts them, so no position lies within
 * a surrogate pair.
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
   * @param starts [tokens], where each token begins, without white space before it
   * @param ends [tokens], where each token ends
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

  /** The same tokens, with the position of their text in the longer text that it is a part of. */
  Tokens of(TextPart part) {
    return new Tokens(text, ids, starts, ends, part.codePointsBefore(), part.whole());
  }

  /**
   * The same tokens, with their places in a text that stands in a frame. Tokens of the frame get
   * the nearest place in the text.
   */
  Tokens within(TextFrame frame, String framed) {
    int before = frame.before().codePointCount(0, frame.before().length());
    int length = framed.codePointCount(0, framed.length());
    int[] startsWithin = new int[ids.length];
    int[] endsWithin = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      startsWithin[i] = Math.clamp(starts[i] - before, 0, length);
      endsWithin[i] = Math.clamp(ends[i] - before, 0, length);
    }
    return new Tokens(framed, ids, startsWithin, endsWithin, codePointsBefore, whole);
  }

  /** How many tokens are of the frame alone and have no part of the text in it. */
  int beside(TextFrame frame, String framed) {
    int first = frame.before().codePointCount(0, frame.before().length());
    int end = first + framed.codePointCount(0, framed.length());
    return (int)
        IntStream.range(0, ids.length).filter(i -> ends[i] <= first || starts[i] >= end).count();
  }

  /** Whether the tokens are of a whole text. */
  boolean isWhole() {
    return whole;
  }

  /** How many code points of the whole text come before these tokens' part. */
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

  /** Where a token begins in its part of the text. */
  int start(int token) {
    return starts[token];
  }

  int end(int token) {
    return ends[token];
  }

  /** Whether white space, or anything else that belongs to no token, comes before this token. */
  boolean startsWord(int token) {
    return token == 0 || starts[token] > ends[token - 1];
  }
}
