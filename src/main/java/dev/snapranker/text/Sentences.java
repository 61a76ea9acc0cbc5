package dev.snapranker.text;

import java.text.BreakIterator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Where sentences begin, by the JDK's rules for no language in particular, and after blank lines.
 */
final class Sentences {
  private static final Pattern BLANK_LINE = Pattern.compile("\\n[ \\t\\r]*\\n");

  private Sentences() {}

  /** The first token of each sentence: ascending, from 0. */
  static int[] firstTokens(Tokens tokens) {
    BitSet breaks = breaks(tokens.text());
    int[] first = new int[breaks.cardinality() + 1];
    int sentences = 0;
    int place = 0; // UTF-16
    int start = 0; // the same place in code points
    int token = 0;
    for (int next = 0; next >= 0; next = breaks.nextSetBit(next + 1)) {
      start += tokens.text().codePointCount(place, next);
      place = next;
      while (token < tokens.count() && tokens.start(token) < start) {
        token++;
      }
      boolean empty = sentences > 0 && first[sentences - 1] == token;
      if (token < tokens.count() && !empty) {
        first[sentences++] = token;
      }
    }
    return Arrays.copyOf(first, sentences);
  }

  /** Places in UTF-16; the text's own start and end may be among them. */
  private static BitSet breaks(String text) {
    BitSet breaks = new BitSet(text.length());
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    sentences.setText(text);
    for (int end = sentences.first(); end != BreakIterator.DONE; end = sentences.next()) {
      breaks.set(end);
    }
    Matcher blankLines = BLANK_LINE.matcher(text);
    while (blankLines.find()) {
      breaks.set(blankLines.end());
    }
    return breaks;
  }

  /**
   * The first token of each sentence of a passage, then the token after the passage. Where there
   * are more sentences than {@code most}, neighbours count as one.
   */
  static int[] bounds(Tokens tokens, Passage passage, int most) {
    int[] starts =
        IntStream.concat(
                IntStream.of(passage.first()),
                Arrays.stream(firstTokens(tokens))
                    .filter(token -> token > passage.first() && token < passage.end()))
            .toArray();
    int count = Math.min(starts.length, most);
    int[] bounds = new int[count + 1];
    for (int i = 0; i < count; i++) {
      bounds[i] = starts[i * starts.length / count];
    }
    bounds[count] = passage.end();
    return bounds;
  }
}
