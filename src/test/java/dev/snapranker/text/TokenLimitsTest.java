package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.snapranker.DefaultBundle;
import dev.snapranker.api.LongText;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.model.Manifest;
import dev.snapranker.model.PairTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pairs cut to a caller's limits, by the default bundle's own tokenizer. */
class TokenLimitsTest {
  private static final int NONE = TokenLimits.UNLIMITED;
  private static final int WINDOW = 512;
  private static final int SPECIAL = 3;
  private static Path file;
  private static Tokenizer tokenizer;
  private static PairEncoder encoder;

  @BeforeAll
  static void load() throws IOException {
    file = DefaultBundle.directory().resolve(Manifest.TOKENIZER);
    tokenizer = Tokenizer.of(Files.readString(file));
    encoder = new PairEncoder(tokenizer, new PairTemplate.Bert(101, 102, List.of(0, 1)), WINDOW);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void aPairIsCutAsHuggingFacesTokenizerCutsIt() throws IOException {
    for (int limit = SPECIAL + 2; limit <= 40; limit += limit < 14 ? 1 : 13) {
      try (HuggingFaceTokenizer library =
          HuggingFaceTokenizer.newInstance(
              file,
              Map.of(
                  "truncation", "LONGEST_FIRST",
                  "maxLength", Integer.toString(limit),
                  "padding", "DO_NOT_PAD"))) {
        for (int query = 1; query <= 20; query += 3) {
          for (int document = 1; document <= 26; document += 5) {
            Encoding expected = library.encode(words("red", query), words("apple", document));
            EncodedPair pair =
                pair(query, document, new LongText.Cut(false, new TokenLimits(limit, NONE, NONE)));
            assertThat(pair.inputIds())
                .as("%d and %d tokens in %d", query, document, limit)
                .containsExactly(expected.getIds());
            assertThat(pair.segmentIds()).containsExactly(expected.getTypeIds());
          }
        }
      }
    }
  }

  @Test
  void aLimitedDocumentIsTheSameAsItsBeginning() {
    assertThat(pair(4, 30, cut(false, NONE, NONE, 10)).inputIds())
        .containsExactly(pair(4, 10, LongText.KEEP_START).inputIds());
    assertThat(pair(4, 9, cut(false, NONE, NONE, 10)).inputIds())
        .containsExactly(pair(4, 9, LongText.KEEP_START).inputIds());
  }

  @Test
  void aLimitedQueryIsTheSameAsItsBeginning() {
    assertThat(pair(30, 5, cut(false, NONE, 7, NONE)).inputIds())
        .containsExactly(pair(7, 5, LongText.KEEP_START).inputIds());
  }

  @Test
  void aDocumentWithItsOwnLimitDoesNotShortenTheQuery() {
    assertThat(pair(12, 30, cut(false, 20, NONE, 10)).inputIds())
        .containsExactly(pair(12, 5, LongText.KEEP_START).inputIds());
    assertThat(pair(30, 30, cut(false, 20, NONE, 10)).inputIds()) // but not beyond the limit
        .containsExactly(pair(9, 8, LongText.KEEP_START).inputIds());
  }

  @Test
  void theEndIsThatOfTheDocumentOrOfItsLimitedBeginning() {
    EncodedDocument pairLimited = document("one two three four five six", cut(true, 8, NONE, NONE));
    assertThat(text(pairLimited)).isEqualTo("three four five six");
    EncodedDocument both = document("one two three four five six", cut(true, 7, NONE, 5));
    assertThat(text(both)).isEqualTo("three four five");
    assertThat(both.truncated()).isTrue();
    assertThat(both.keptTokens()).isEqualTo(3);
  }

  @Test
  void limitsBeyondTheWindowAreTheWindow() {
    for (TokenLimits limits :
        new TokenLimits[] {
          new TokenLimits(WINDOW, NONE, NONE), new TokenLimits(9000, 9000, 9000), TokenLimits.NONE
        }) {
      assertThat(pair(300, 600, new LongText.Cut(false, limits)).inputIds())
          .containsExactly(pair(300, 600, LongText.KEEP_START).inputIds());
    }
  }

  private static LongText.Cut cut(boolean keepEnd, int pair, int query, int document) {
    return new LongText.Cut(keepEnd, new TokenLimits(pair, query, document));
  }

  private static EncodedPair pair(int query, int document, LongText longText) {
    TokenLimits limits = longText instanceof LongText.Cut cut ? cut.limits() : TokenLimits.NONE;
    EncodedQuery encoded = encoder.query(encoder.tokenizeQuery(words("red", query), null), limits);
    return encoder.document(encoded, words("apple", document), longText).pairs().getFirst();
  }

  private static EncodedDocument document(String text, LongText.Cut cut) {
    EncodedQuery query = encoder.query(encoder.tokenizeQuery("red", null), cut.limits());
    return encoder.document(query, text, cut);
  }

  private static String text(EncodedDocument document) {
    Passage passage = document.passages().getFirst();
    return document.document().text().substring(document.start(passage), document.end(passage));
  }

  private static String words(String word, int n) {
    return (word + " ").repeat(n).strip();
  }
}
