package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.text.UnknownCharacters.Count;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the default bundle's vocabulary, BERT's of English, whose unknown token is 100. */
class UnknownCharactersTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() throws IOException {
    tokenizer = Tokenizer.of(Files.readString(DefaultBundle.directory().resolve("tokenizer.json")));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Count count(String text, boolean englishOnly) {
    Tokens tokens = tokenizer.encode(text);
    return new UnknownCharacters(100, englishOnly).count(tokens, 0, tokens.count());
  }

  @ParameterizedTest
  @CsvSource({
    "which fruit is red, 0, 15",
    "où se trouve la tour Eiffel, 0, 22",
    "Straße nach Łódź, 0, 14",
    "埃菲尔铁塔位于法国巴黎, 11, 11",
    "где находится башня, 17, 17",
    "a b 中, 1, 3",
    "🍎🍎🍎 red, 3, 6"
  })
  void lettersOfOtherScriptsAreNotKnownToAModelOfEnglish(String text, int unknown, int total) {
    assertThat(count(text, true)).isEqualTo(new Count(unknown, total));
  }

  @Test
  void toAnyOtherModelOnlyUnknownTokensAre() {
    assertThat(count("где", false)).isEqualTo(new Count(0, 3));
    assertThat(count("🍎 где", false)).isEqualTo(new Count(1, 4));
  }

  @Test
  void tokensOfOneCharacterCountItOnce() {
    Tokens bytes =
        new Tokens("中a", new long[] {1, 2, 3, 4}, new int[] {0, 0, 0, 1}, new int[] {1, 1, 1, 2});
    assertThat(new UnknownCharacters(2, true).count(bytes, 0, 4)).isEqualTo(new Count(1, 2));
  }

  @Test
  void onlyMoreThanHalfCountsAsMostlyUnknown() {
    assertThat(new Count(1, 2).isMostlyUnknown()).isFalse();
    assertThat(new Count(2, 3).isMostlyUnknown()).isTrue();
    assertThat(new Count(0, 0).isMostlyUnknown()).isFalse();
  }
}
