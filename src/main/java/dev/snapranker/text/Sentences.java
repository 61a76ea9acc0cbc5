package dev.snapranker.text;

import java.text.BreakIterator;
import java.text.CharacterIterator;
import java.text.StringCharacterIterator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The first token of each sentence, by the JDK's rules for no language in particular, and after
 * blank lines. A text is read as far as it is asked for, in windows of one size: the JDK's iterator
 * looks ahead without a bound, which over a whole text takes quadratic time where no sentence ends.
 */
final class Sentences {
  /** How many characters one window decides about. */
  static final int STEP = 128;

  /**
   * How many characters around those it sees as well. Whether a sentence ends somewhere is decided
   * by the marks and spaces on both sides.
   */
  static final int CONTEXT = 64;

  private final Tokens tokens;
  private final String text;
  private final View view;
  private final BreakIterator iterator = BreakIterator.getSentenceInstance(Locale.ROOT);
  private int[] first = new int[8]; // [sentences found so far], tokens
  private int count;
  private int read; // UTF-16
  private int readCodePoints; // the same in code points
  private int place; // the last break, UTF-16
  private int placeCodePoints; // the same in code points
  private int token; // the first one that does not begin before it
  private boolean blankSinceLineEnd;

  Sentences(Tokens tokens) {
    this(tokens, StringCharacterIterator::new);
  }

  /**
   * @param view how a window is read
   */
  Sentences(Tokens tokens, View view) {
    this.tokens = tokens;
    this.text = tokens.text();
    this.view = view;
    add(0);
  }

  /** The first token of the sentence that the token {@code at} is in. */
  int firstTokenOf(int at) {
    readBeyond(at);
    int found = Arrays.binarySearch(first, 0, count, at);
    return first[found >= 0 ? found : -found - 2];
  }

  /**
   * The first token of each sentence of a passage, then the token after the passage. Where there
   * are more sentences than {@code most}, neighbours count as one.
   */
  int[] bounds(Passage passage, int most) {
    readBeyond(passage.end() - 1);
    int[] starts =
        IntStream.concat(
                IntStream.of(passage.first()),
                Arrays.stream(first, 0, count)
                    .filter(start -> start > passage.first() && start < passage.end()))
            .toArray();
    int parts = Math.min(starts.length, most);
    int[] bounds = new int[parts + 1];
    for (int i = 0; i < parts; i++) {
      bounds[i] = starts[i * starts.length / parts];
    }
    bounds[parts] = passage.end();
    return bounds;
  }

  /** Until every sentence that begins with the token {@code at} or before it is found. */
  private void readBeyond(int at) {
    while (readCodePoints <= tokens.start(at) && read < text.length()) {
      readWindow();
    }
  }

  private void readWindow() {
    int end = Math.min(text.length(), read + STEP);
    if (end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
      end++;
    }
    int from = Math.max(0, read - CONTEXT);
    iterator.setText(view.of(text, from, Math.min(text.length(), end + CONTEXT), from));
    BitSet breaks = new BitSet(STEP + 1); // after the read-th character
    for (int each = iterator.first(); each != BreakIterator.DONE; each = iterator.next()) {
      if (each > read && each <= end) {
        breaks.set(each - read);
      }
    }
    for (int i = read; i < end; i++) {
      char character = text.charAt(i);
      if (character == '\n') {
        if (blankSinceLineEnd) {
          breaks.set(i + 1 - read);
        }
        blankSinceLineEnd = true;
      } else if (character != ' ' && character != '\t' && character != '\r') {
        blankSinceLineEnd = false;
      }
    }
    for (int next = breaks.nextSetBit(0); next >= 0; next = breaks.nextSetBit(next + 1)) {
      add(read + next);
    }
    readCodePoints += text.codePointCount(read, end);
    read = end;
  }

  /** A sentence begins at this place, in UTF-16, or with the token after it. */
  private void add(int at) {
    placeCodePoints += text.codePointCount(place, at);
    place = at;
    while (token < tokens.count() && tokens.start(token) < placeCodePoints) {
      token++;
    }
    boolean empty = count > 0 && first[count - 1] == token;
    if (token < tokens.count() && !empty) {
      if (count == first.length) {
        first = Arrays.copyOf(first, 2 * count);
      }
      first[count++] = token;
    }
  }

  /** A part of a text for an iterator. */
  @FunctionalInterface
  interface View {
    CharacterIterator of(String text, int begin, int end, int position);
  }
}
