package dev.snapranker.rank;

import dev.snapranker.text.Tokenizer;
import dev.snapranker.text.Tokens;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * As many tokens for a character as real vocabularies have, about: one for a CJK character, a digit
 * or a sign, four for an emoji (its bytes), one for four letters; none for white space and what
 * cannot be seen. Tokens end with their character. Each text takes time by its length.
 */
final class FakeTokenizer implements Tokenizer {
  /** How often a text was tokenised. */
  final AtomicInteger tokenised = new AtomicInteger();

  private final FakeClock clock;
  private final double millisPerThousandChars;

  FakeTokenizer(FakeClock clock, double millisPerThousandChars) {
    this.clock = clock;
    this.millisPerThousandChars = millisPerThousandChars;
  }

  @Override
  public Tokens encode(String text) {
    tokenised.incrementAndGet();
    clock.passMillis(millisPerThousandChars * text.length() / 1000);
    int[] characters = text.codePoints().toArray();
    int[] places =
        IntStream.range(0, characters.length)
            .flatMap(i -> IntStream.range(0, tokens(characters[i], i)).map(_ -> i))
            .toArray();
    return new Tokens(
        text,
        IntStream.of(places).mapToLong(place -> 1000L + characters[place]).toArray(),
        places,
        IntStream.of(places).map(place -> place + 1).toArray());
  }

  private static int tokens(int character, int position) {
    if (Character.isWhitespace(character) || character == 0x200B) {
      return 0;
    }
    if (character > 0xFFFF) {
      return 4;
    }
    boolean isLetter = character < 0x250 && Character.isLetter(character);
    return isLetter && position % 4 > 0 ? 0 : 1;
  }

  @Override
  public void close() {}
}
