package dev.snapranker.text;

import dev.snapranker.model.TextFrame;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The tokens of a text without special tokens: their ids, and where in the text each one begins and
 * ends. All models with the same vocabulary can use them.
 *
 * <p>Positions are in Unicode code points, as the tokenizer counts them, so no position lies within
 * a surrogate pair.
 */
public final class Tokens {
  private static final long[] NONE = {};

  private final String text;
  private final long[] ids; // [tokens]
  private final int[] starts; // [tokens], code points
  private final int[] ends; // [tokens], code points
  private final long[] lead;
  private final long[] trail;
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
    this(text, ids, starts, ends, NONE, NONE, 0, true);
  }

  private Tokens(
      String text,
      long[] ids,
      int[] starts,
      int[] ends,
      long[] lead,
      long[] trail,
      int codePointsBefore,
      boolean whole) {
    this.text = text;
    this.ids = ids;
    this.starts = starts;
    this.ends = ends;
    this.lead = lead;
    this.trail = trail;
    this.codePointsBefore = codePointsBefore;
    this.whole = whole;
  }

  /** The same tokens, with the position of their text in the longer text that it is a part of. */
  Tokens of(TextPart part) {
    return new Tokens(text, ids, starts, ends, lead, trail, part.codePointsBefore(), part.whole());
  }

  /**
   * The tokens of a text that stands in a frame, with their places in the text. A token with a part
   * of the text is the text's.
   *
   * @param framed the text without its frame
   */
  Tokens within(TextFrame frame, String framed) {
    int before = frame.before().codePointCount(0, frame.before().length());
    int length = framed.codePointCount(0, framed.length());
    int first = 0;
    while (first < ids.length && ends[first] <= before) {
      first++;
    }
    int end = ids.length;
    while (end > first && !frame.after().isEmpty() && starts[end - 1] >= before + length) {
      end--;
    }
    return new Tokens(
        framed,
        Arrays.copyOfRange(ids, first, end),
        IntStream.range(first, end).map(i -> Math.clamp(starts[i] - before, 0, length)).toArray(),
        IntStream.range(first, end).map(i -> Math.clamp(ends[i] - before, 0, length)).toArray(),
        Arrays.copyOf(ids, first),
        Arrays.copyOfRange(ids, end, ids.length),
        codePointsBefore,
        whole);
  }

  /** The tokens of the template's text before this text. */
  long[] lead() {
    return lead;
  }

  /** The tokens of the template's text after this text. */
  long[] trail() {
    return trail;
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
