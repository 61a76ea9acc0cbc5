package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.BreakIterator;
import java.text.CharacterIterator;
import java.text.StringCharacterIterator;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Here, each character except white space is a token. */
class SentencesTest {
  private static final Pattern BLANK_LINE = Pattern.compile("\\n[ \\t\\r]*\\n");

  private static final List<String> PIECES =
      List.of(
          "The quick brown fox jumps over the lazy dog",
          "git reset --soft HEAD~1",
          "e.g. the U.S. economy",
          "3.14 and 2.718",
          "漢字かな混じり文です",
          "שלום עולם",
          "jumps",
          "A",
          "“Quoted”",
          "(in brackets)",
          "😀",
          ". ",
          "! ",
          "? ",
          "... ",
          "。",
          ".) ",
          ".\" ",
          ".  ",
          "\n",
          "\n\n",
          "\r\n \t\r\n",
          ", ",
          "; ",
          " - ",
          " ");

  @Test
  void sentencesAreThoseOfOneIteratorOverTheWholeText() {
    Random random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder();
      int pieces = 1 + random.nextInt(200);
      for (int i = 0; i < pieces; i++) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      Tokens tokens = tokens(text.toString());
      if (tokens.count() > 0) {
        assertThat(firstTokens(tokens)).as("%s", text).isEqualTo(byOneIterator(tokens));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        ".",
        "(.",
        ".)",
        ".\"",
        "a.",
        "a,",
        "1.",
        "A. a ",
        ". ;",
        "\u202ea.",
        ".\u3000",
        "a\r",
        "中",
        "?!",
        "a\u0301.",
        "\u00a0."
      })
  void theStepsGrowWithTheText(String unit) {
    long once = steps(unit.repeat(2000));
    long eightfold = steps(unit.repeat(16_000));
    assertThat(once).isPositive();
    assertThat(eightfold).isLessThan(once * 10);
  }

  @Test
  void aTextIsReadOnlyAsFarAsItIsAskedFor() {
    AtomicLong steps = new AtomicLong();
    Tokens tokens = tokens("No sentence ends here ".repeat(10_000));
    new Sentences(tokens, counting(steps)).firstTokenOf(100);
    assertThat(steps.get()).isBetween(100L, 4000L);
  }

  private static long steps(String text) {
    AtomicLong steps = new AtomicLong();
    Tokens tokens = tokens(text);
    new Sentences(tokens, counting(steps)).firstTokenOf(tokens.count() - 1);
    return steps.get();
  }

  private static int[] firstTokens(Tokens tokens) {
    Sentences sentences = new Sentences(tokens);
    return IntStream.range(0, tokens.count()).map(sentences::firstTokenOf).distinct().toArray();
  }

  private static int[] byOneIterator(Tokens tokens) {
    String text = tokens.text();
    BitSet breaks = new BitSet();
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    sentences.setText(text);
    for (int end = sentences.first(); end != BreakIterator.DONE; end = sentences.next()) {
      breaks.set(end);
    }
    Matcher blankLines = BLANK_LINE.matcher(text);
    while (blankLines.find()) {
      breaks.set(blankLines.end());
    }
    return breaks.stream()
        .map(place -> text.codePointCount(0, place))
        .map(place ->
            (int) IntStream.range(0, tokens.count()).filter(i -> tokens.start(i) < place).count())
        .filter(token -> token < tokens.count())
        .distinct()
        .toArray();
  }

  private static Tokens tokens(String text) {
    int[] codePoints = text.codePoints().toArray();
    int[] starts =
        IntStream.range(0, codePoints.length)
            .filter(i -> !Character.isWhitespace(codePoints[i]))
            .toArray();
    int[] ends = IntStream.of(starts).map(start -> start + 1).toArray();
    return new Tokens(text, new long[starts.length], starts, ends);
  }

  private static Sentences.View counting(AtomicLong steps) {
    return (text, begin, end, position) ->
        new Counting(new StringCharacterIterator(text, begin, end, position), steps);
  }

  /** Counts each look at a character. */
  private record Counting(CharacterIterator of, AtomicLong steps) implements CharacterIterator {
    private char counted(char character) {
      steps.incrementAndGet();
      return character;
    }

    @Override
    public char first() {
      return counted(of.first());
    }

    @Override
    public char last() {
      return counted(of.last());
    }

    @Override
    public char current() {
      return counted(of.current());
    }

    @Override
    public char next() {
      return counted(of.next());
    }

    @Override
    public char previous() {
      return counted(of.previous());
    }

    @Override
    public char setIndex(int position) {
      return counted(of.setIndex(position));
    }

    @Override
    public int getBeginIndex() {
      return of.getBeginIndex();
    }

    @Override
    public int getEndIndex() {
      return of.getEndIndex();
    }

    @Override
    public int getIndex() {
      return of.getIndex();
    }

    @Override
    @SuppressWarnings("MethodDoesntCallSuperMethod") // a record has no clone
    public Object clone() {
      return new Counting((CharacterIterator) of.clone(), steps);
    }
  }
}
