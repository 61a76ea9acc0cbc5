package dev.snapranker.wire.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.api.ModelChoice;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelAliasesTest {

  @Test
  void starsStandForAnyCharacters() {
    Random random = new Random(3);
    int fits = 0;
    for (int i = 0; i < 20_000; i++) {
      String pattern = letters(random, "ab*", 1 + random.nextInt(6));
      String name = letters(random, "ab", random.nextInt(8));
      String regex =
          Arrays.stream(pattern.split("\\*", -1))
              .map(Pattern::quote)
              .collect(Collectors.joining(".*"));
      String id = ModelAliases.parse(pattern + "=ours").choice(name).id();
      boolean expected = Pattern.matches(regex, name);
      assertThat(id).as("%s for %s", name, pattern).isEqualTo(expected ? "ours" : name);
      fits += expected ? 1 : 0;
    }
    assertThat(fits).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @CsvSource({
    "rerank-multilingual-v3.0, true",
    "jina-reranker-v2-base-multilingual, true",
    "Alibaba-NLP/gte-multilingual-reranker-base, true",
    "BAAI/bge-reranker-v2-m3, true",
    "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1, true",
    "rerank-english-v3.0, false",
    "rerank-v3.5, false",
    "jina-reranker-v1-turbo-en, false",
    "jina-reranker-m0, false",
    "bge-reranker-base, false"
  })
  void aNameMaySayThatItsModelReadsManyLanguages(String name, boolean says) {
    ModelChoice choice = ModelAliases.parse("*=ours").choice(name);
    assertThat(choice).isEqualTo(new ModelChoice("ours", says ? name : null));
  }

  /** A regular expression would try every way to share the letters out: it would not end. */
  @Test
  void manyStarsAreMatchedInOnePass() {
    String name = "a".repeat(100_000);
    ModelAliases aliases = ModelAliases.parse("a*".repeat(20) + "b");
    assertThat(aliases.choice(name)).isEqualTo(ModelChoice.of(name));
  }

  private static String letters(Random random, String alphabet, int n) {
    return random
        .ints(n, 0, alphabet.length())
        .mapToObj(i -> String.valueOf(alphabet.charAt(i)))
        .collect(Collectors.joining());
  }
}
