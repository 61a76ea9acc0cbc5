package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.DefaultBundle;
import dev.snapranker.api.LongText.Aggregate;
import dev.snapranker.api.LongText.Passages;
import dev.snapranker.api.RerankException;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.PairTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cut by the default bundle's own tokenizer. */
class PassagesTest {
  private static final int UNLIMITED = Passages.UNLIMITED;
  private static Tokenizer tokenizer;
  private static PairEncoder encoder;

  @BeforeAll
  static void load() throws IOException {
    tokenizer =
        Tokenizer.of(Files.readString(DefaultBundle.directory().resolve(Manifest.TOKENIZER)));
    encoder = new PairEncoder(tokenizer, new PairTemplate.Bert(101, 102, List.of(0, 1)), 512);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void passagesEndWithSentences() {
    String text =
        "The first sentence has exactly nine words in it. And the second one has eight words."
            + " Here is a third one, with nine words.";
    assertThat(texts(text, 16, UNLIMITED))
        .containsExactly(
            "The first sentence has exactly nine words in it.",
            "And the second one has eight words.",
            "Here is a third one, with nine words.");
    assertThat(texts(text, 25, UNLIMITED))
        .containsExactly(
            "The first sentence has exactly nine words in it. And the second one has eight words.",
            "Here is a third one, with nine words.");
  }

  @Test
  void aBlankLineEndsASentence() {
    String text = "one two three four five six\n\nseven eight nine ten eleven twelve";
    assertThat(texts(text, 16, UNLIMITED)).containsExactly(text);
    String twice = text + " thirteen fourteen fifteen sixteen seventeen";
    assertThat(texts(twice + "\r\n \r\n" + twice, 17, UNLIMITED)).containsExactly(twice, twice);
  }

  @Test
  void aLongSentenceIsCutBetweenWords() {
    String word = "electroencephalographically"; // many tokens
    String text = String.join(" ", IntStream.range(0, 20).mapToObj(_ -> word).toList());
    assertThat(texts(text, 40, UNLIMITED))
        .hasSizeGreaterThan(3)
        .allSatisfy(passage -> assertThat(passage).startsWith(word).endsWith(word));
  }

  @Test
  void aWordLongerThanAPassageIsCutWithin() {
    String text = "x".repeat(90); // one word of many tokens, as long as the tokenizer takes it
    Tokens tokens = tokenizer.encode(text);
    assertThat(tokens.count()).isGreaterThan(16);
    assertThat(String.join("", texts(text, 16, UNLIMITED))).isEqualTo(text);
  }

  @Test
  void overlappingPassagesBeginWithSentencesToo() {
    List<String> sentences =
        IntStream.range(0, 9).mapToObj(i -> "This is sentence number " + i + " of nine.").toList();
    List<String> passages = texts(String.join(" ", sentences), 32, 16); // four and two sentences
    assertThat(passages.getFirst()).isEqualTo(String.join(" ", sentences.subList(0, 4)));
    assertThat(passages.get(1)).isEqualTo(String.join(" ", sentences.subList(2, 6)));
    assertThat(passages.getLast()).endsWith(sentences.getLast());
  }

  static List<String> hostileTexts() {
    return List.of(
        "😀 Smile. 👍🏽 Thumbs up! 👩‍👩‍👧 A family? 🇩🇪 ".repeat(20),
        "e\u0301te\u0301 a\u0300 la\u0300 plage. Cafe\u0301 noir! ".repeat(20),
        "これは最初の文です。次の文はもう少し長いです。漢字𠮷野家。".repeat(20),
        "שלום עולם. זה משפט שני! مرحبا بالعالم. هذه جملة؟ ".repeat(20),
        "\u2003 \u00a0 one\u2003 two.\t\t\u3000 three \u200b four. \u0001 five ".repeat(20),
        "𝒳𝒴𝒵 mathematical. 𐍈 gothic! ".repeat(20),
        "İstanbul ﬁne ﬃ ½ №. ß ẞ! ".repeat(20),
        "....!!!???....".repeat(20),
        "\n\n\n.\n\n\n!\n\n".repeat(20));
  }

  @ParameterizedTest
  @MethodSource("hostileTexts")
  void theOffsetsOfAPassageCutOutWhatWasScored(String text) {
    EncodedDocument document = document(text, 24, 12);
    assertThat(document.truncated()).isFalse();
    int[] characters = text.codePoints().toArray();
    for (Passage passage : document.passages()) {
      int start = document.start(passage);
      int end = document.end(passage);
      String cut = new String(characters, start, end - start);
      long[] ids = document.document().ids();
      assertThat(cut).isEqualTo(cut.strip());
      assertThat(tokenizer.encode(cut).ids())
          .as(cut)
          .isEqualTo(Arrays.copyOfRange(ids, passage.first(), passage.end()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noTokenIsLeftOutAndEachPassageFits(long seed) {
    Random random = new Random(seed);
    List<String> pieces = List.of("word", ". ", " ", "! ", "\n\n", "longish", " 漢字", "😀", "x");
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder("a");
      for (int i = random.nextInt(300); i >= 0; i--) {
        text.append(pieces.get(random.nextInt(pieces.size())));
      }
      int most = 16 + random.nextInt(20);
      int stride = 1 + random.nextInt(most);
      EncodedDocument document = document(text.toString(), most, stride);
      List<Passage> passages = document.passages();
      assertThat(passages.getFirst().first()).isZero();
      assertThat(passages.getLast().end()).isEqualTo(document.totalTokens());
      for (int i = 0; i < passages.size(); i++) {
        Passage passage = passages.get(i);
        assertThat(passage.end() - passage.first()).isBetween(1, most);
        if (i > 0) {
          Passage before = passages.get(i - 1);
          assertThat(passage.first()).isBetween(before.first() + 1, before.end());
          assertThat(passage.first() - before.first())
              .isGreaterThanOrEqualTo(Math.min((stride + 1) / 2, before.end() - before.first()));
        }
      }
    }
  }

  @Test
  void onlyTheFirstPassageIsMadeWhereOnlyItCounts() {
    EncodedDocument document =
        encoder.document(
            encoder.query("q"),
            "word ".repeat(100),
            new Passages(20, UNLIMITED, 10, UNLIMITED, Aggregate.FIRST));
    assertThat(document.passages()).hasSize(1);
    assertThat(document.keptTokens()).isEqualTo(20);
    assertThat(document.truncated()).isTrue();
  }

  @Test
  void passagesBeyondTheLimitAreLeftOut() {
    EncodedDocument document =
        encoder.document(
            encoder.query("q"),
            "word ".repeat(100),
            new Passages(20, 10, 3, UNLIMITED, Aggregate.MAX));
    assertThat(document.passages()).hasSize(3);
    assertThat(document.keptTokens()).isEqualTo(40);
    assertThat(document.totalTokens()).isEqualTo(100);
  }

  @Test
  void passagesOverlapByAsManyTokensAsAskedForAndByHalfAtMost() {
    String text = "These are seven words and a full stop. ".repeat(20);
    for (int overlap : List.of(0, 1, 5, 9, 1_000)) {
      List<Passage> passages =
          encoder
              .document(
                  encoder.query("q"),
                  text,
                  new Passages(20, UNLIMITED, UNLIMITED, UNLIMITED, Aggregate.MAX)
                      .withOverlap(overlap))
              .passages();
      for (int i = 1; i < passages.size(); i++) {
        Passage before = passages.get(i - 1);
        int length = before.end() - before.first();
        assertThat(before.end() - passages.get(i).first())
            .isGreaterThanOrEqualTo(Math.min(overlap, length / 2));
        assertThat(passages.get(i).first()).isGreaterThan(before.first());
      }
    }
  }

  @Test
  void aggregatesMatchTheirNames() {
    float[] logits = {1, 5, -2, 4};
    assertThat(Aggregate.MAX.logit(logits)).isEqualTo(5);
    assertThat(Aggregate.FIRST.logit(logits)).isEqualTo(1);
    assertThat(Aggregate.MEAN_TOP_2.logit(logits)).isEqualTo(4.5f);
    assertThat(Aggregate.MEAN_TOP_2.logit(new float[] {3})).isEqualTo(3);
    assertThat(Aggregate.MEAN_TOP_2.logit(new float[] {3, 3})).isEqualTo(3);
    assertThat(Aggregate.best(new float[] {1, 2, 2})).isEqualTo(1);
  }

  @Test
  void optionsThatMakeNoPassagesAreRefused() {
    assertThatThrownBy(() -> new Passages(15, 1, 1, 1, Aggregate.MAX))
        .isInstanceOf(RerankException.class)
        .hasMessage("passages.max_tokens is 15; expected 16 or more");
    assertThatThrownBy(() -> new Passages(20, 0, 1, 1, Aggregate.MAX))
        .hasMessage("passages.stride is 0; expected 1 or more");
    assertThatThrownBy(() -> new Passages(20, 21, 1, 1, Aggregate.MAX))
        .hasMessageStartingWith("passages.stride is 21; expected at most max_tokens, 20");
  }

  private static EncodedDocument document(String text, int maxTokens, int stride) {
    return encoder.document(
        encoder.query("q"),
        text,
        new Passages(maxTokens, stride, UNLIMITED, UNLIMITED, Aggregate.MAX));
  }

  private static List<String> texts(String text, int maxTokens, int stride) {
    EncodedDocument document = document(text, maxTokens, stride);
    int[] characters = text.codePoints().toArray();
    return document.passages().stream()
        .map(passage -> {
          int start = document.start(passage);
          return new String(characters, start, document.end(passage) - start);
        })
        .toList();
  }
}
