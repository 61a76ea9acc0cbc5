package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast tokenizer gives the library's tokens: the same ids and positions. */
class WordPieceTest {
  private static final String JSON = tokenizerJson(Path.of("model-layer/models/snap-base"));
  private static final HuggingFaceTokens LIBRARY = new HuggingFaceTokens(JSON);
  private static final Tokenizer WORD_PIECE = WordPiece.of(LIBRARY, JSON);

  @AfterAll
  static void close() {
    WORD_PIECE.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "How do I revert a commit?",
        "unaffable\tmisspeled\r\nqwrtzxcvbnm",
        "don't-stop__now $5.00 #hash ##ing a+b=c <tag> `code` {x|y} ~^\\",
        "[CLS] and [SEP] in a text, [MASK], [UNK] or [PAD]",
        "[cls] [1] [Sep ] CLS]",
        "control\u0001in\u0000a\u007fword \u000b\u000c",
        "naïve café – 東京 \uD83D\uDE00 \uFEFF\u200B\u00A0",
        "half a pair \uD83D",
        "\u0130stanbul \u212A"
      })
  void oddTexts(String text) {
    assertSame(WORD_PIECE, LIBRARY, text);
  }

  @ParameterizedTest
  @ValueSource(ints = {99, 100, 101, 5000})
  void longWords(int length) {
    assertSame(WORD_PIECE, LIBRARY, "a".repeat(length) + " " + "Ab1".repeat(length / 3));
  }

  @Test
  void textsAtRandom() {
    Random dice = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      int length = dice.nextInt(60);
      // Each kind of text has its own share of letters, so that words, punctuation and the rest
      // mix.
      int letters = dice.nextInt(10);
      String text =
          IntStream.range(0, length)
              .map(_ -> dice.nextInt(10) < letters ? 'a' + dice.nextInt(26) : odd(dice))
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      assertSame(WORD_PIECE, LIBRARY, text);
    }
  }

  private static int odd(Random dice) {
    return switch (dice.nextInt(40)) {
      case 0 -> dice.nextInt(' ');
      case 1 -> dice.nextInt(0x3000);
      default -> '\t' + dice.nextInt('\u007f' - '\t');
    };
  }

  @Test
  void realTexts() throws IOException {
    List<Path> texts =
        Stream.of("docs", "src/main/java", "src/test/resources/parity", "events")
            .flatMap(folder -> files(Path.of(folder)))
            .filter(file -> file.toString().matches(".*\\.(md|java|json|jsonl)"))
            .toList();
    assertThat(texts).hasSizeGreaterThan(100);
    for (Path file : texts) {
      // // One event is intentionally not UTF-8.
      for (String line :
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
        assertSame(WORD_PIECE, LIBRARY, line);
      }
    }
  }

  static List<Path> bundles() {
    return files(Path.of("src/test/resources/families"))
        .filter(file -> file.endsWith("tokenizer.json"))
        .map(Path::getParent)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void otherTokenizers(Path bundle) throws IOException {
    String json = tokenizerJson(bundle);
    try (var library = new HuggingFaceTokens(json);
        Tokenizer ours = Tokenizer.of(json)) {
      for (String line : Files.readAllLines(Path.of("docs/decisions.md"))) {
        assertSame(ours, library, line);
      }
    }
  }

  @Test
  void casedVocabularies() {
    String cased = JSON.replace("\"lowercase\":true", "\"lowercase\":false");
    assertThat(cased).isNotEqualTo(JSON);
    try (var library = new HuggingFaceTokens(cased);
        Tokenizer ours = Tokenizer.of(cased)) {
      assertSame(ours, library, "How does Git revert a COMMIT in git?");
      assertThat(ours.encode("Git").ids()).isNotEqualTo(WORD_PIECE.encode("Git").ids());
    }
  }

  @Test
  void plainTextsDoNotUseTheLibrary() {
    Tokenizer none =
        new Tokenizer() {
          @Override
          public Tokens encode(String text) {
            throw new AssertionError("asked for " + text);
          }

          @Override
          public void close() {}
        };
    assertThat(WordPiece.of(none, JSON).encode("Plain: [1] text.\n").count()).isEqualTo(7);
  }

  @Test
  void otherTokenizersAreLeftToTheLibrary() {
    for (String other :
        List.of(
            JSON.replace("\"BertNormalizer\"", "\"Lowercase\""),
            JSON.replace("\"BertPreTokenizer\"", "\"Whitespace\""),
            JSON.replace("\"max_input_chars_per_word\":100", "\"max_input_chars_per_word\":20"),
            JSON.replaceFirst("\"normalized\":false", "\"normalized\":true"))) {
      assertThat(other).isNotEqualTo(JSON);
      assertThat(WordPiece.of(LIBRARY, other)).isSameAs(LIBRARY);
    }
  }

  private static void assertSame(Tokenizer ours, Tokenizer library, String text) {
    assertThat(places(ours.encode(text))).as(text).isEqualTo(places(library.encode(text)));
  }

  /** Each token with its start and end. */
  private static String places(Tokens tokens) {
    return IntStream.range(0, tokens.count())
        .mapToObj(i -> tokens.ids()[i] + "@" + tokens.start(i) + "-" + tokens.end(i))
        .collect(Collectors.joining(" "));
  }

  private static Stream<Path> files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList().stream();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String tokenizerJson(Path bundle) {
    try {
      return Files.readString(bundle.resolve("tokenizer.json"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
