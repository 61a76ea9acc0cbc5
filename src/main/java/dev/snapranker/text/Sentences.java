package dev.snapranker.text;

import java.text.BreakIterator;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Where the sentences of a text begin, by the JDK's rules for no language in particular, and after
 * blank lines. The text is searched only as far as it is asked for. For one thread.
 *
 * <p>The JDK looks ahead from each sentence, without a bound: texts without words make it look at
 * everything again and again. Where it looks at more than {@link #MOST_LOOKS} characters for each
 * one of the text, only blank lines end sentences from there on.
 */
final class Sentences {
  private static final Pattern BLANK_LINE = Pattern.compile("\\n[ \\t\\r]*+\\n");

  /** Looks at a character of the text, on average. Prose in any script takes fewer than 8. */
  private static final int MOST_LOOKS = 16;

  private final Tokens tokens;
  private final CountedCharacters characters;
  private final BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
  private final Matcher blankLines;
  private int nextBreak; // UTF-16; DONE at the text's end
  private int nextBlankLine; // UTF-16, its end; DONE where there is no more
  private int place; // UTF-16, as far as the text is searched
  private int placeInCodePoints;
  private int token; // the first one that does not begin before it
  private int[] starts = new int[16]; // the first token of each sentence so far, ascending
  private int count;

  Sentences(Tokens tokens) {
    this.tokens = tokens;
    this.characters = new CountedCharacters(tokens.text());
    this.breaks.setText(characters);
    this.blankLines = BLANK_LINE.matcher(tokens.text());
    this.nextBreak = breaks.first();
    this.nextBlankLine = findBlankLine();
  }

  /** The first token of the last sentence that does not begin after {@code token}. */
  int lastStart(int token) {
    searchUntil(token);
    int found = Arrays.binarySearch(starts, 0, count, token);
    return starts[found >= 0 ? found : -found - 2];
  }

  /** How often a character was looked at so far. */
  long looks() {
    return characters.looks();
  }

  /**
   * The first token of each sentence of a passage, then the token after the passage. Where there
   * are more sentences than {@code most}, neighbours count as one.
   */
  static int[] bounds(Tokens tokens, Passage passage, int most) {
    Sentences sentences = new Sentences(tokens);
    sentences.searchUntil(passage.end());
    int[] starts =
        IntStream.concat(
                IntStream.of(passage.first()),
                Arrays.stream(sentences.starts, 0, sentences.count)
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

  /** Finds all sentences that begin with {@code last} or before it. */
  private void searchUntil(int last) {
    while (token <= last
        && (nextBreak != BreakIterator.DONE || nextBlankLine != BreakIterator.DONE)) {
      begin(takeNext());
    }
  }

  /** The next place in UTF-16 where a sentence begins; the text's end may be among them. */
  private int takeNext() {
    boolean blankLine =
        nextBreak == BreakIterator.DONE
            || (nextBlankLine != BreakIterator.DONE && nextBlankLine < nextBreak);
    int next = blankLine ? nextBlankLine : nextBreak;
    if (blankLine) {
      nextBlankLine = findBlankLine();
    } else {
      boolean tooManyLooks = characters.looks() > (long) MOST_LOOKS * tokens.text().length();
      nextBreak = tooManyLooks ? BreakIterator.DONE : breaks.next();
    }
    return next;
  }

  private int findBlankLine() {
    return blankLines.find() ? blankLines.end() : BreakIterator.DONE;
  }

  private void begin(int next) {
    placeInCodePoints += tokens.text().codePointCount(place, next);
    place = next;
    while (token < tokens.count() && tokens.start(token) < placeInCodePoints) {
      token++;
    }
    boolean empty = count > 0 && starts[count - 1] == token;
    if (token == tokens.count() || empty) {
      return;
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
    }
    starts[count++] = token;
  }
}
