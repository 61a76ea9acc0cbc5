package dev.snapranker.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.snapranker.TinyManifest;
import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.LongText;
import dev.snapranker.api.ModelChoice;
import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.model.Manifest;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.PairEncoder;
import dev.snapranker.text.Tokenizer;
import dev.snapranker.text.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RerankerTest {
  private static final Deadline SOON_ENOUGH = Deadline.inMillis(60_000);
  private static final Manifest MANIFEST = new TinyManifest().id("fake").build();

  /** A character is a token. */
  private static final Tokenizer CHARACTERS =
      new Tokenizer() {
        @Override
        public Tokens encode(String text) {
          int[] places =
              IntStream.range(0, text.length())
                  .filter(i -> text.charAt(i) != '\u200b' && text.charAt(i) != '§')
                  .toArray();
          return new Tokens(
              text,
              Arrays.stream(places).mapToLong(text::charAt).toArray(),
              places,
              Arrays.stream(places).map(place -> place + 1).toArray());
        }

        @Override
        public void close() {}
      };

  /** The first character of the document is the logit, from '0' = 0. */
  private static final Scorer FIRST_DIGIT =
      pair -> {
        long[] ids = pair.inputIds();
        int document = 1;
        while (ids[document] != 102) {
          document++;
        }
        return ids[document + 1] - '5';
      };

  private final ScoringPool pool = new ScoringPool(2);

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Test
  void theBestComeFirstWithTheirPlaceInTheRequest() {
    Ranking ranking = rank(Options.DEFAULT, "3", "9", "5");
    assertThat(ranking.results())
        .extracting(
            RankedCandidate::id, RankedCandidate::index, RankedCandidate::rank, RerankerTest::logit)
        .containsExactly(tuple("c1", 1, 1, 4f), tuple("c2", 2, 2, 0f), tuple("c0", 0, 3, -2f));
    assertThat(ranking.results().get(1).score()).isEqualTo(0.5);
    assertThat(ranking.model()).isEqualTo("fake");
  }

  @Test
  void topKCutsAfterOrdering() {
    assertThat(rank(options(2, null, false), "1", "9", "8").results())
        .extracting(RankedCandidate::id)
        .containsExactly("c1", "c2");
    assertThat(rank(options(50, null, false), "1", "9", "8").results()).hasSize(3);
  }

  @Test
  void minScoreIsOnTheScaleOfTheScores() {
    assertThat(rank(options(null, 0.5, false), "4", "5", "6").results())
        .extracting(RankedCandidate::id)
        .containsExactly("c2", "c1");
    assertThat(rank(options(null, -1.0, true), "3", "4", "6").results())
        .extracting(RankedCandidate::id)
        .containsExactly("c2", "c1");
    assertThat(rank(options(null, 1.0, false), "4").results()).isEmpty();
  }

  @Test
  void rawScoresAreLogits() {
    assertThat(rank(options(null, null, true), "9").results().getFirst().score()).isEqualTo(4);
  }

  @Test
  void usageCountsAllCandidatesAlsoThoseNotReturned() {
    Ranking ranking = rank(options(1, null, false), "5", "6", "7" + "x".repeat(100));
    assertThat(ranking.results()).hasSize(1);
    assertThat(ranking.usage().candidates()).isEqualTo(3);
    assertThat(ranking.usage().tokens()).isEqualTo(5 + 5 + 32); // [CLS] q [SEP] d [SEP]
    assertThat(ranking.usage().truncated()).isEqualTo(1);
    assertThat(ranking.results().getFirst().truncated()).isTrue();
    assertThat(ranking.warnings())
        .containsExactly("1 of 3 candidates was cut to fit the model's window of 32 tokens");
  }

  @Test
  void aDocumentScoresAsItsBestChunk() {
    // The window holds 28 characters beside [CLS] q [SEP] [SEP].
    String late = "3" + "x".repeat(27) + "9" + "x".repeat(27) + "5";
    Ranking ranking = rank(longText(LongText.Passages.best(1000, 1000)), "7", late);
    assertThat(ranking.results())
        .extracting(RankedCandidate::id, RerankerTest::logit, RankedCandidate::truncated)
        .containsExactly(tuple("c1", 4f, false), tuple("c0", 2f, false));
    assertThat(ranking.usage().tokens()).isEqualTo(5 + 32 + 32 + 5);
    assertThat(ranking.usage().candidates()).isEqualTo(2);
    Ranking oneChunk = rank(longText(LongText.Passages.best(1, 1000)), "7", late);
    assertThat(oneChunk.results()).extracting(RerankerTest::logit).containsExactly(2f, -2f);
    assertThat(oneChunk.warnings())
        .containsExactly(
            "1 of 2 candidates was cut to fit the request's limits on tokens and passages per"
                + " document");
  }

  @Test
  void whatDoesNotFitIsRefusedWhereThatIsAskedFor() {
    Options refuse = longText(new LongText.Refuse());
    assertThat(rank(refuse, "7", "8" + "x".repeat(27)).results()).hasSize(2);
    assertThatThrownBy(() -> rank(refuse, "7", "8" + "x".repeat(28)))
        .hasMessage(
            "candidates[1].text has 29 tokens; expected at most 28, because truncation is off");
  }

  private static Options longText(LongText longText) {
    return Options.DEFAULT.withLongText(longText);
  }

  @Test
  void aLongQueryIsCutWithAWarning() {
    Ranking ranking = rank("q".repeat(20), Options.DEFAULT, SOON_ENOUGH, List.of("5"));
    assertThat(ranking.warnings())
        .containsExactly(
            "the query has 20 tokens; its first 14 were used (half of the model's window of 32)");
  }

  @Test
  void aQueryWithoutATokenIsRefused() {
    assertThatThrownBy(() -> rank("\u200b", Options.DEFAULT, SOON_ENOUGH, List.of("5")))
        .isInstanceOfSatisfying(
            RerankException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.EMPTY);
              assertThat(e.field()).hasToString("query");
            });
  }

  @Test
  void aDocumentWithoutATokenIsRefused() {
    assertThatThrownBy(() -> rank(Options.DEFAULT, "5", "\u200b\u200b"))
        .isInstanceOfSatisfying(
            RerankException.class, e -> assertThat(e.reason()).isEqualTo(Reason.EMPTY))
        .hasMessage(
            "candidates[1].text has no character that the model knows; expected text in a language that the model reads");
  }

  @Test
  void aDocumentWithoutTokensIsHandledLikeABlankOne() {
    Options options = Options.DEFAULT.withBlankTexts(BlankTexts.LAST).withRawScores(true);
    Ranking ranking = rank(options, "§§", "5", "\u200b", "0");
    assertThat(ranking.results()).extracting(RankedCandidate::index).containsExactly(1, 3, 0, 2);
    assertThat(ranking.results())
        .extracting(RankedCandidate::score)
        .containsExactly(0.0, -5.0, -100.0, -100.0);
    assertThatThrownBy(() -> rank(Options.DEFAULT, "5", "§"))
        .hasMessageContaining("candidates[1].text has no character that the model knows");
  }

  /** The second request has ample time, because the model's pace is known by then. */
  @Test
  void aTextWithoutATokenHasTheLowestLogitHoweverMuchTimeThereIs() {
    Options options = Options.DEFAULT.withBlankTexts(BlankTexts.LAST).withRawScores(true);
    Reranker reranker = reranker();
    for (int i = 0; i < 2; i++) {
      assertThat(reranker.rank(request("q", options, List.of("5", "§")), SOON_ENOUGH).results())
          .extracting(RankedCandidate::score)
          .containsExactly(0.0, -100.0);
    }
  }

  @Test
  void anotherModelThanTheLoadedOneIsNotFound() {
    assertThatThrownBy(() -> rank(Options.DEFAULT.withModel(ModelChoice.of("other")), "5"))
        .isInstanceOfSatisfying(
            RerankException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MODEL_NOT_FOUND))
        .hasMessage("model 'other' is not loaded; this function serves 'fake'");
    assertThat(rank(Options.DEFAULT.withModel(ModelChoice.of("fake")), "5").results()).hasSize(1);
  }

  @Test
  void aPassedDeadlineIsRecognised() {
    assertThatThrownBy(() -> rank("q", Options.DEFAULT, Deadline.inMillis(-1), List.of("5", "6")))
        .isInstanceOfSatisfying(
            RerankException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TIMED_OUT))
        .hasMessageContaining("after 0 of 2 documents");
  }

  private static float logit(RankedCandidate result) {
    return Objects.requireNonNull(result.scores()).logit();
  }

  private Ranking rank(Options options, String... documents) {
    return rank("q", options, SOON_ENOUGH, List.of(documents));
  }

  private Ranking rank(String query, Options options, Deadline deadline, List<String> documents) {
    return reranker().rank(request(query, options, documents), deadline);
  }

  private static RerankRequest request(String query, Options options, List<String> documents) {
    List<Candidate> candidates = new ArrayList<>();
    for (String document : documents) {
      candidates.add(new Candidate("c" + candidates.size(), document, null));
    }
    return new RerankRequest(query, candidates, options);
  }

  private Reranker reranker() {
    PairEncoder encoder = new PairEncoder(CHARACTERS, MANIFEST.pair(), MANIFEST.maxTokens());
    Model model =
        new Model(
            MANIFEST,
            encoder,
            FIRST_DIGIT,
            Fakes.NOTHING_UNKNOWN,
            null,
            ScoreCache.OFF,
            System::nanoTime);
    return new Reranker(new Models(List.of(model), List.of(), Fusion.NONE), pool, Fakes.TEXTS);
  }

  private static Options options(@Nullable Integer topK, @Nullable Double minScore, boolean raw) {
    return Options.DEFAULT.withTopK(topK).withRawScores(raw).withMinScore(minScore);
  }
}
