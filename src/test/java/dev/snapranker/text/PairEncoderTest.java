package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.api.LongText;
import dev.snapranker.api.LongText.Passages;
import dev.snapranker.model.PairTemplate;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PairEncoderTest {
  private static final PairTemplate BERT = new PairTemplate.Bert(101, 102, List.of(0, 1));
  private static final PairTemplate ROBERTA = new PairTemplate.Roberta(0, 2);

  /** Each word is a number and its own token. */
  private static final Tokenizer NUMBERS =
      new Tokenizer() {
        @Override
        public Tokens encode(String text) {
          List<MatchResult> words = Pattern.compile("\\d+").matcher(text).results().toList();
          return new Tokens(
              text,
              words.stream().mapToLong(word -> Long.parseLong(word.group())).toArray(),
              words.stream().mapToInt(MatchResult::start).toArray(),
              words.stream().mapToInt(MatchResult::end).toArray());
        }

        @Override
        public void close() {}
      };

  @Test
  void bertLaysOutClsQuerySepDocumentSepWithSegments() {
    EncodedPair pair = encode(BERT, 16, "7 8", "11 12 13");
    assertThat(pair.inputIds()).containsExactly(101, 7, 8, 102, 11, 12, 13, 102);
    assertThat(pair.segmentIds()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1);
  }

  @Test
  void robertaHasTwoSeparatorsAndNoSegments() {
    EncodedPair pair = encode(ROBERTA, 16, "7 8", "11 12");
    assertThat(pair.inputIds()).containsExactly(0, 7, 8, 2, 2, 11, 12, 2);
    assertThat(pair.segmentIds()).containsOnly(0);
  }

  @Test
  void aPromptSurroundsQueryAndDocumentAndIsNeverCut() {
    PairTemplate prompt = new PairTemplate.Prompt(List.of(90, 91), List.of(92), List.of(93, 94, 1));
    assertThat(encode(prompt, 16, "7 8", "11 12").inputIds())
        .containsExactly(90, 91, 7, 8, 92, 11, 12, 93, 94, 1);
    EncodedPair full = encode(prompt, 16, numbers(100), numbers(100));
    assertThat(full.inputIds())
        .containsExactly(90, 91, 0, 1, 2, 3, 4, 92, 0, 1, 2, 3, 4, 93, 94, 1);
    assertThat(full.segmentIds()).containsOnly(0);
  }

  @Test
  void onlyTheDocumentIsTruncated() {
    EncodedPair pair = encode(BERT, 16, "1 2 3", numbers(100));
    assertThat(pair.tokens()).isEqualTo(16);
    assertThat(pair.inputIds()).startsWith(101, 1, 2, 3, 102, 0, 1).endsWith(8, 9, 102);
  }

  @Test
  void aDocumentThatJustFitsIsNotTruncated() {
    assertThat(document("1 2 3", 10, LongText.KEEP_START).truncated()).isFalse();
    assertThat(encode(BERT, 16, "1 2 3", numbers(10)).tokens()).isEqualTo(16);
    assertThat(document("1 2 3", 11, LongText.KEEP_START).truncated()).isTrue();
  }

  @Test
  void theEndIsKeptWhereThatIsAskedFor() {
    EncodedDocument document = document("1 2 3", 100, new LongText.Cut(true));
    assertThat(document.pairs()).hasSize(1);
    assertThat(document.pairs().getFirst().inputIds())
        .containsExactly(101, 1, 2, 3, 102, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 102);
    assertThat(document.totalTokens()).isEqualTo(100);
    assertThat(document.keptTokens()).isEqualTo(10);
  }

  @Test
  void chunksFollowOneAnotherWithoutGapOrOverlap() {
    EncodedDocument document = document("1 2 3", 25, Passages.best(100, 100));
    assertThat(document.pairs()).hasSize(3);
    assertThat(document.truncated()).isFalse();
    assertThat(document.pairs().get(1).inputIds())
        .containsExactly(101, 1, 2, 3, 102, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 102);
    assertThat(document.pairs().get(2).inputIds())
        .containsExactly(101, 1, 2, 3, 102, 20, 21, 22, 23, 24, 102);
  }

  @Test
  void chunksEndAtTheLimitOfTokensOrOfChunks() {
    EncodedDocument tokens = document("1 2 3", 25, Passages.best(100, 12));
    assertThat(tokens.pairs()).hasSize(2);
    assertThat(tokens.keptTokens()).isEqualTo(12);
    assertThat(tokens.truncated()).isTrue();
    EncodedDocument chunks = document("1 2 3", 25, Passages.best(2, 100));
    assertThat(chunks.pairs()).hasSize(2);
    assertThat(chunks.keptTokens()).isEqualTo(20);
    assertThat(document("1 2 3", 10, Passages.best(2, 100)).pairs()).hasSize(1);
    assertThat(document("1 2 3", 0, Passages.best(2, 100)).pairs()).hasSize(1);
  }

  private static EncodedDocument document(String query, int tokens, LongText longText) {
    PairEncoder encoder = new PairEncoder(NUMBERS, BERT, 16);
    return encoder.document(encoder.query(query), numbers(tokens), longText);
  }

  @Test
  void theQueryWithItsSpecialTokensTakesAtMostHalfOfTheWindow() {
    PairEncoder encoder = new PairEncoder(NUMBERS, BERT, 512);
    EncodedQuery query = encoder.query(numbers(300));
    assertThat(query.keptTokens()).isEqualTo(254);
    assertThat(query.totalTokens()).isEqualTo(300);
    assertThat(query.truncated()).isTrue();
    assertThat(encoder.room(query, encoder.tokenize(""))).isEqualTo(512 - 254 - 3);
    assertThat(encoder.query(numbers(254)).truncated()).isFalse();
  }

  @Test
  void aDocumentWithoutTokensIsStillAPair() {
    assertThat(encode(BERT, 16, "7", "").inputIds()).containsExactly(101, 7, 102, 102);
  }

  private static EncodedPair encode(
      PairTemplate template, int maxTokens, String query, String document) {
    PairEncoder encoder = new PairEncoder(NUMBERS, template, maxTokens);
    return encoder.pair(query, document);
  }

  private static String numbers(int n) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < n; i++) {
      text.append(i).append(' ');
    }
    return text.toString();
  }
}
