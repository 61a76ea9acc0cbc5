package dev.snapranker.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.api.LongText;
import dev.snapranker.api.LongText.Passages;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.model.InvalidBundleException;
import dev.snapranker.model.PairTemplate;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Query and document in the texts of a decoder's prompt. */
class InstructPairTest {
  private static final PairTemplate TEMPLATE =
      new PairTemplate.Instruct(
          List.of(1, 2), "I:{instruction}\nQ:{query}\nD:", "={document}", List.of(3, 4), "find");
  private static final int BESIDE_QUERY = "I:find\nQ:".length() + "\nD:".length();

  /** A character is a token, and so are a question mark with the line's end, and "=" with "=". */
  private static final Tokenizer CHARACTERS =
      new Tokenizer() {
        @Override
        public Tokens encode(String text) {
          List<MatchResult> tokens =
              Pattern.compile("\\?\n|==|.", Pattern.DOTALL).matcher(text).results().toList();
          return new Tokens(
              text,
              tokens.stream().mapToLong(token -> id(token.group())).toArray(),
              tokens.stream().mapToInt(MatchResult::start).toArray(),
              tokens.stream().mapToInt(MatchResult::end).toArray());
        }

        @Override
        public void close() {}
      };

  @Test
  void theTextsStandBetweenTheSpecialTokens() {
    PairEncoder encoder = encoder(64);
    EncodedPair pair = encoder.pair("ab", "xy");
    assertThat(pair.inputIds()).containsExactly(sequence("I:find\nQ:ab\nD:", "=xy"));
    assertThat(pair.segmentIds()).containsOnly(0);
    assertThat(pair.documentStart()).isEqualTo(2 + "I:find\nQ:ab\nD:".length());
  }

  @Test
  void aRequestsInstructionReplacesTheBundles() {
    PairEncoder encoder = encoder(64);
    EncodedQuery query = query(encoder, "ab", "refute", TokenLimits.NONE);
    assertThat(encoder.document(query, "xy", LongText.KEEP_START).pairs().getFirst().inputIds())
        .containsExactly(sequence("I:refute\nQ:ab\nD:", "=xy"));
  }

  /** Models with the same tokenizer and the same texts share a request's tokens. */
  @Test
  void theBundlesInstructionIsOneOfTheTexts() {
    PairTemplate other =
        new PairTemplate.Instruct(
            List.of(1, 2),
            "I:{instruction}\nQ:{query}\nD:",
            "={document}",
            List.of(3, 4),
            "refute");
    assertThat(other.texts()).isNotEqualTo(TEMPLATE.texts());
  }

  @Test
  void placesWithinTheTextsAreNotFilled() {
    PairEncoder encoder = encoder(200);
    EncodedQuery query = query(encoder, "{instruction}", "{query}", TokenLimits.NONE);
    assertThat(
            encoder
                .document(query, "{document}", LongText.KEEP_START)
                .pairs()
                .getFirst()
                .inputIds())
        .containsExactly(sequence("I:{query}\nQ:{instruction}\nD:", "={document}"));
  }

  @Test
  void aTokenOverTheQuerysEndIsTheQuerys() {
    EncodedQuery query = encoder(64).query("why?");
    assertThat(query.totalTokens()).isEqualTo(4);
    assertThat(query.ids()).containsExactly(ids("I:find\nQ:why?\nD:"));
    assertThat(query.ids()).contains(id("?\n"));
  }

  @Test
  void aLongQueryIsCutToItsHalfAndTheTextAfterItStays() {
    int kept = 32 - 2 - BESIDE_QUERY;
    PairEncoder encoder = encoder(64);
    EncodedQuery query = encoder.query("q".repeat(100) + "?");
    assertThat(query.keptTokens()).isEqualTo(kept);
    assertThat(query.totalTokens()).isEqualTo(101);
    assertThat(query.truncated()).isTrue();
    assertThat(query.ids()).containsExactly(ids("I:find\nQ:" + "q".repeat(kept) + "\nD:"));
    EncodedPair pair =
        encoder.document(query, "x".repeat(90), LongText.KEEP_START).pairs().getFirst();
    assertThat(pair.tokens()).isEqualTo(64);
    assertThat(pair.inputIds()).endsWith(ids("x")[0], 3, 4);
    assertThat(encoder.query("q".repeat(kept)).truncated()).isFalse();
  }

  @Test
  void placesInADocumentAreThoseOfItsOwnText() {
    PairEncoder encoder = encoder(64);
    EncodedDocument document =
        encoder.document(encoder.query("q"), "x".repeat(80), LongText.KEEP_START);
    assertThat(document.truncated()).isTrue();
    assertThat(document.totalTokens()).isEqualTo(80);
    Passage only = document.passages().getFirst();
    assertThat(document.start(only)).isZero();
    assertThat(document.end(only)).isEqualTo(document.keptTokens());
    assertThat(document.keptTokens()).isEqualTo(64 - 2 - BESIDE_QUERY - 1 - 1 - 2);
  }

  @Test
  void aTokenOverADocumentsStartIsTheDocuments() {
    PairEncoder encoder = encoder(64);
    EncodedDocument document = encoder.document(encoder.query("q"), "=x", LongText.KEEP_START);
    assertThat(document.pairs().getFirst().inputIds())
        .containsExactly(sequence("I:find\nQ:q\nD:", "==x"));
    assertThat(document.totalTokens()).isEqualTo(2);
    assertThat(document.start(document.passages().getFirst())).isZero();
    assertThat(document.end(document.passages().getFirst())).isEqualTo(2);
  }

  @Test
  void thePartThatIsReadKeepsItsPlaceInTheWholeText() {
    PairEncoder encoder = encoder(64);
    Tokens tokens = encoder.tokenizeDocument(TextPart.of("x".repeat(50) + "yz", 2, true));
    EncodedDocument document = encoder.document(encoder.query("q"), tokens, new LongText.Cut(true));
    Passage only = document.passages().getFirst();
    assertThat(document.start(only)).isEqualTo(50);
    assertThat(document.end(only)).isEqualTo(52);
  }

  @Test
  void everyPassageStandsInTheTemplatesText() {
    PairEncoder encoder = encoder(64);
    String text = "one. two. six. ten. abc. def. ghi. jkl. mno. ";
    EncodedDocument document =
        encoder.document(
            encoder.query("q"),
            text,
            new Passages(16, 16, 9, Passages.UNLIMITED, LongText.Aggregate.MAX));
    assertThat(document.passages()).hasSizeGreaterThan(2);
    for (Passage passage : document.passages()) {
      String part = text.substring(document.start(passage), document.end(passage));
      assertThat(passage.pair().inputIds())
          .containsExactly(sequence("I:find\nQ:q\nD:", "=" + part));
    }
  }

  @Test
  void withoutASentenceTheRestStandsInTheTemplatesText() {
    PairEncoder encoder = encoder(64);
    EncodedQuery query = encoder.query("q");
    EncodedDocument document = encoder.document(query, "One is. Two are.", LongText.KEEP_START);
    List<SentenceRemoval> removals =
        encoder.sentenceRemovals(query, document, document.passages().getFirst(), 9);
    assertThat(removals).hasSize(2);
    assertThat(removals.getFirst().pair().inputIds())
        .containsExactly(sequence("I:find\nQ:q\nD:", "=Two are."));
    assertThat(removals.getFirst().start()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {19, 20, 30, 41, 63})
  void aLimitOnPairsHoldsAndAllPairsBeginWithTheSameTokens(int limit) {
    PairEncoder encoder = encoder(64);
    TokenLimits limits = new TokenLimits(limit, TokenLimits.UNLIMITED, TokenLimits.UNLIMITED);
    EncodedQuery query = query(encoder, "q".repeat(30), null, limits);
    for (int length : new int[] {1, 5, 80}) {
      EncodedPair pair =
          encoder
              .document(query, "x".repeat(length), new LongText.Cut(false, limits))
              .pairs()
              .getFirst();
      assertThat(pair.tokens()).isLessThanOrEqualTo(limit);
      assertThat(length < 80 || pair.tokens() == limit).isTrue();
      assertThat(Arrays.copyOfRange(pair.inputIds(), 2, pair.documentStart()))
          .containsExactly(query.ids());
      assertThat(pair.inputIds()).contains(ids("x")).endsWith(3, 4);
    }
    assertThat(encoder.leastTokens(encoder.tokenizeQuery("q", null))).isEqualTo(19);
  }

  @Test
  void aLimitOnDocumentsLeavesTheQueryWhole() {
    PairEncoder encoder = encoder(64);
    TokenLimits limits = new TokenLimits(40, TokenLimits.UNLIMITED, 5);
    EncodedQuery query = query(encoder, "q".repeat(20), null, limits);
    assertThat(query.truncated()).isFalse();
    EncodedDocument document =
        encoder.document(query, "x".repeat(9), new LongText.Cut(false, limits));
    assertThat(document.keptTokens()).isEqualTo(40 - 20 - BESIDE_QUERY - 2 - 1 - 2);
    TokenLimits short5 = new TokenLimits(TokenLimits.UNLIMITED, 3, 5);
    assertThat(query(encoder, "q".repeat(20), null, short5).keptTokens()).isEqualTo(3);
    assertThat(
            encoder
                .document(encoder.query("q"), "x".repeat(9), new LongText.Cut(false, short5))
                .keptTokens())
        .isEqualTo(5);
  }

  @Test
  void aTextThatTakesTheQuerysHalfIsRefused() {
    assertThat(encoder(2 * (2 + BESIDE_QUERY + 1))).isNotNull();
    assertThatThrownBy(() -> encoder(2 * (2 + BESIDE_QUERY)))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessage(
            "reranker.json: pair puts 14 tokens beside the query and 3 beside the document; expected less than half of max_tokens, 28, for each");
  }

  private static PairEncoder encoder(int maxTokens) {
    return new PairEncoder(CHARACTERS, TEMPLATE, maxTokens);
  }

  private static EncodedQuery query(
      PairEncoder encoder, String query, @Nullable String instruction, TokenLimits limits) {
    return encoder.query(encoder.tokenizeQuery(query, instruction), limits);
  }

  private static long[] sequence(String request, String document) {
    return Stream.of(new long[] {1, 2}, ids(request), ids(document), new long[] {3, 4})
        .flatMapToLong(Arrays::stream)
        .toArray();
  }

  private static long[] ids(String text) {
    return CHARACTERS.encode(text).ids();
  }

  private static long id(String token) {
    return token.length() == 1 ? token.charAt(0) : 1_000 + token.charAt(0);
  }
}
