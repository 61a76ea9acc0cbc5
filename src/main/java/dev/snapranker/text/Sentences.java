package dev.snapranker.text;

import java.text.BreakIterator;
import java.text.CharacterIterator;
import java.text.StringCharacterIterator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Finds the first token of each sentence. A sentence ends by the JDK's language-independent rules,
 * or with a blank line. The text is read only as far as needed, in windows of a fixed size: the
 * JDK's iterator looks ahead without a bound, and on a whole text without sentence ends it would
 * take quadratic time.
 */
final class Sentences {
  /** How many characters are searched in one window. */
  static final int STEP = 128;

  /**
   * How many more characters the iterator gets on each side of a window. The marks and spaces on
   * both sides of a position decide whether a sentence ends there.
   */
  static final int CONTEXT = 64;

  private final Tokens tokens;
  private final String text;
  private final View view;
  private final BreakIterator iterator = BreakIterator.getSentenceInstance(Locale.ROOT);
  private int[] first = new int[8]; // [sentences found so far], tokens
  private int count;
  private int read; // UTF-16 characters read so far
  private int readCodePoints; // the same in code points
  private int lastBreak; // UTF-16
  private int lastBreakCodePoints; // the same in code points
  private int token; // the first one that does not begin before the last break
  private boolean blankSinceLineEnd;

  Sentences(Tokens tokens) {
    this(tokens, StringCharacterIterator::new);
  }

  /**
   * @param view makes the iterator's input for a window
   */
  Sentences(Tokens tokens, View view) {
    this.tokens = tokens;
    this.text = tokens.text();
    this.view = view;
    addSentence(0);
  }

  /** The first token of the sentence that contains the token {@code at}. */
  int firstTokenOf(int at) {
    readBeyond(at);
    int found = Arrays.binarySearch(first, 0, count, at);
    return first[found >= 0 ? found : -found - 2];
  }

  /**
   * The first token of each sentence of a passage, then the index after the passage. If there are
   * more than {@code most} sentences, neighbours count as one.
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

  /** Reads on until all sentences are found that begin at or before the token {@code at}. */
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
    BitSet breaks = new BitSet(STEP + 1); // relative to read
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
      addSentence(read + next);
    }
    readCodePoints += text.codePointCount(read, end);
    read = end;
  }

  /** Adds the sentence that begins at this UTF-16 position or with the next token after it. */
  private void addSentence(int at) {
    lastBreakCodePoints += text.codePointCount(lastBreak, at);
    lastBreak = at;
    while (token < tokens.count() && tokens.start(token) < lastBreakCodePoints) {
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

  /** Makes an iterator over a part of a text. */
  @FunctionalInterface
  interface View {
    CharacterIterator of(String text, int begin, int end, int position);
  }
}
