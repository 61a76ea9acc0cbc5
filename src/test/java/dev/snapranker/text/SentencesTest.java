package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.DefaultBundle;
import dev.snapranker.model.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.text.BreakIterator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentencesTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() throws IOException {
    tokenizer =
        Tokenizer.of(Files.readString(DefaultBundle.directory().resolve(Manifest.TOKENIZER)));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  /** Texts in which the JDK looks ahead from each place to the end. */
  @ParameterizedTest
  @ValueSource(strings = {".(", ".\" (", ". (", "?.(", ".)( ", "word ", ". ", "! ", "a.b ", "。「"})
  void theWorkGrowsWithTheText(String piece) {
    long few = looks(piece.repeat(2_000));
    long many = looks(piece.repeat(16_000));
    System.out.printf("%-8s %,d looks, in a text eight times as long %,d%n", piece, few, many);
    assertThat(many).isLessThanOrEqualTo(9 * few).isLessThan(24L * 16_000 * piece.length());
  }

  private static long looks(String text) {
    Tokens tokens = tokenizer.encode(text);
    Sentences sentences = new Sentences(tokens);
    sentences.lastStart(tokens.count());
    return sentences.looks();
  }

  @Test
  void onlyWhatIsAskedForIsSearched() {
    Tokens tokens = tokenizer.encode("One sentence here. And another one! ".repeat(1_000));
    Sentences sentences = new Sentences(tokens);
    assertThat(sentences.lastStart(6)).isEqualTo(4);
    assertThat(sentences.looks()).isLessThan(1_000);
  }

  @Test
  void sentencesOfOrdinaryTextAreTheJdks() {
    for (String text :
        List.of(
            "Hello world. This is it! (He said so.) Is \"that\" so? Mr. Smith paid 3.50 euros. "
                .repeat(40),
            "これは最初の文です。次の文はもう少し長いです。「そうですか。」と言った。".repeat(40),
            "שלום עולם. זה משפט שני! مرحبا بالعالم. هذه جملة؟ ".repeat(40),
            "Smile 😀. Thumbs up 👍🏽! e\u0301te\u0301. Cafe\u0301 noir. ".repeat(40),
            "e.g. this, i.e. that... And then? No!! \u2029Next paragraph. ".repeat(40))) {
      Tokens tokens = tokenizer.encode(text);
      TreeSet<Integer> expected = new TreeSet<>();
      BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
      breaks.setText(text);
      for (int end = breaks.first(); end != BreakIterator.DONE; end = breaks.next()) {
        int place = text.codePointCount(0, end);
        for (int token = 0; token < tokens.count(); token++) {
          if (tokens.start(token) >= place) {
            expected.add(token);
            break;
          }
        }
      }
      assertThat(expected).hasSizeGreaterThan(40);
      Sentences sentences = new Sentences(tokens);
      for (int token = 0; token < tokens.count(); token++) {
        assertThat(sentences.lastStart(token)).isEqualTo(expected.floor(token));
      }
    }
  }
}
