package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.model.PairTemplate;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairEncoderTest {
  private static final PairTemplate BERT = new PairTemplate.Bert(101, 102, List.of(0, 1));
  private static final PairTemplate ROBERTA = new PairTemplate.Roberta(0, 2);

  /** Each word is a number and its own token. */
  private static final Tokenizer NUMBERS =
      new Tokenizer() {
        @Override
        public long[] encode(String text) {
          return Arrays.stream(text.split(" ", -1))
              .filter(word -> !word.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray();
        }

        @Override
        public void close() {}
      };

  @Test
  void bertLaysOutClsQuerySepDocumentSepWithSegments() {
    EncodedPair pair = encode(BERT, 16, "7 8", "11 12 13");
    assertThat(pair.inputIds()).containsExactly(101, 7, 8, 102, 11, 12, 13, 102);
    assertThat(pair.segmentIds()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1);
    assertThat(pair.truncated()).isFalse();
  }

  @Test
  void robertaHasTwoSeparatorsAndNoSegments() {
    EncodedPair pair = encode(ROBERTA, 16, "7 8", "11 12");
    assertThat(pair.inputIds()).containsExactly(0, 7, 8, 2, 2, 11, 12, 2);
    assertThat(pair.segmentIds()).containsOnly(0);
  }

  @Test
  void onlyTheDocumentIsTruncated() {
    EncodedPair pair = encode(BERT, 16, "1 2 3", numbers(100));
    assertThat(pair.tokens()).isEqualTo(16);
    assertThat(pair.inputIds()).startsWith(101, 1, 2, 3, 102, 0, 1).endsWith(8, 9, 102);
    assertThat(pair.truncated()).isTrue();
  }

  @Test
  void aDocumentThatJustFitsIsNotTruncated() {
    assertThat(encode(BERT, 16, "1 2 3", numbers(10)).truncated()).isFalse();
    assertThat(encode(BERT, 16, "1 2 3", numbers(10)).tokens()).isEqualTo(16);
    assertThat(encode(BERT, 16, "1 2 3", numbers(11)).truncated()).isTrue();
  }

  @Test
  void theQueryWithItsSpecialTokensTakesAtMostHalfOfTheWindow() {
    PairEncoder encoder = new PairEncoder(NUMBERS, BERT, 512);
    EncodedQuery query = encoder.query(numbers(300));
    assertThat(query.keptTokens()).isEqualTo(254);
    assertThat(query.totalTokens()).isEqualTo(300);
    assertThat(query.truncated()).isTrue();
    assertThat(encoder.pair(query, numbers(1000)).tokens()).isEqualTo(512);
    assertThat(encoder.query(numbers(254)).truncated()).isFalse();
  }

  @Test
  void aDocumentWithoutTokensIsStillAPair() {
    assertThat(encode(BERT, 16, "7", "").inputIds()).containsExactly(101, 7, 102, 102);
  }

  private static EncodedPair encode(
      PairTemplate template, int maxTokens, String query, String document) {
    PairEncoder encoder = new PairEncoder(NUMBERS, template, maxTokens);
    return encoder.pair(encoder.query(query), document);
  }

  private static String numbers(int n) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < n; i++) {
      text.append(i).append(' ');
    }
    return text.toString();
  }
}
