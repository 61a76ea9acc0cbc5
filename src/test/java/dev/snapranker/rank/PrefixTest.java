package dev.snapranker.rank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.LongText;
import dev.snapranker.api.LongText.Aggregate;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageChoice;
import dev.snapranker.rank.order.Ordering;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.PairEncoder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whenever time ends: the scored candidates are the first ones of the stage before, and each token
 * that went through a model is counted. The clock is a fake one.
 */
@Timeout(60)
class PrefixTest {
  private static final int WINDOW = 128;

  /** What a token takes on one thread. */
  private static final double MILLIS_PER_TOKEN = 0.1;

  private static final LongText PASSAGES = new LongText.Passages(40, 40, 8, 1 << 20, Aggregate.MAX);

  private final FakeClock clock = new FakeClock();
  private final AtomicLong tokensScored = new AtomicLong();

  enum Script {
    ENGLISH("the quick brown fox jumps over lazy dogs "),
    CHINESE("如何撤销最后一次提交分支合并冲突代码仓库"),
    JAPANESE("コミットを取り消す方法をおしえてください"),
    DIGITS("3 14159 26 5358979 32384 62643 "),
    CODE("{};()[]<>=+-*/&|!?:.,for(i=0;i<n;i++)"),
    EMOJI("😀😃😄😁🚀🎉");

    private final String characters;

    Script(String characters) {
      this.characters = characters;
    }

    String text(Random random, int length) {
      int[] known = characters.codePoints().toArray();
      StringBuilder text = new StringBuilder("x"); // never blank
      for (int i = 1; i < length; i++) {
        text.appendCodePoint(known[random.nextInt(known.length)]);
      }
      return text.toString();
    }
  }

  private enum Lengths {
    SHORTEST_FIRST,
    LONGEST_FIRST,
    MIXED,
    ONE_LONG_IN_FRONT
  }

  @ParameterizedTest
  @EnumSource(Script.class)
  void theScoredAreTheFirstStagesFirst(Script script) {
    Random random = new Random(6);
    for (int threads : new int[] {1, 2, 4}) {
      try (ScoringPool pool = new ScoringPool(threads)) {
        for (Lengths lengths : Lengths.values()) {
          for (LongText longText : List.of(LongText.KEEP_START, PASSAGES)) {
            List<Candidate> candidates = candidates(script, lengths, random);
            for (double fraction : new double[] {0.3, 0.5, 0.75, 1.2, 2.5}) {
              Model model = model("a", ScoreCache.OFF, 0.01, cost(threads));
              Reranker reranker = reranker(pool, model);
              double full = millis(() -> rank(reranker, candidates, longText, 1e9));
              long started = clock.getAsLong();
              Ranking ranking = rank(reranker, candidates, longText, full * fraction);
              String as =
                  "%s %s, %d threads, %s of the time".formatted(script, lengths, threads, fraction);
              if (threads == 1) { // else others' time is in the pace
                assertThat(ranking.usage().scored()).as(as).isGreaterThan(0);
              }
              assertThat(millisSince(started))
                  .as(as)
                  .isLessThan(full * fraction + WINDOW * MILLIS_PER_TOKEN + threads * 0.01);
              assertIsPrefix(candidates, ranking);
            }
          }
        }
      }
    }
  }

  /** The estimate was right, and then the machine is another one. */
  @Test
  void timeThatRunsOutWhileTheLongestAreScoredLeavesThePrefix() {
    try (ScoringPool pool = new ScoringPool(1)) {
      AtomicInteger scored = new AtomicInteger();
      AtomicInteger slowAfter = new AtomicInteger(Integer.MAX_VALUE);
      Model model =
          model(
              "a",
              ScoreCache.OFF,
              0,
              pair ->
                  clock.passMillis(
                      pair.tokens()
                          * MILLIS_PER_TOKEN
                          * (scored.incrementAndGet() > slowAfter.get() ? 20 : 1)));
      Reranker reranker = reranker(pool, model);
      List<Candidate> candidates =
          candidates(Script.CHINESE, Lengths.SHORTEST_FIRST, new Random(1));
      double full = millis(() -> rank(reranker, candidates, LongText.KEEP_START, 1e9));
      scored.set(0);
      slowAfter.set(10);
      tokensScored.set(0);
      Ranking ranking = rank(reranker, candidates, LongText.KEEP_START, 3 * full);
      assertThat(ranking.usage().scored()).isBetween(1, 59);
      assertIsPrefix(candidates, ranking);
      long bought =
          ranking.results().stream()
              .filter(RankedCandidate::scored)
              .mapToLong(result -> candidates.get(result.index()).text().length() + 4)
              .sum();
      assertThat(ranking.usage().tokens()).isGreaterThan(bought);
    }
  }

  @Test
  void aShortDocumentAfterOneThatDoesNotFitIsNotScored() {
    try (ScoringPool pool = new ScoringPool(1)) {
      Model model = model("a", ScoreCache.OFF, 0, cost(1));
      Reranker reranker = reranker(pool, model);
      List<Candidate> candidates =
          List.of(chinese("0", 20), chinese("1", 100), chinese("2", 2), chinese("3", 2));
      rank(reranker, candidates, LongText.KEEP_START, 1e9);
      Ranking ranking =
          rank(reranker, candidates, LongText.KEEP_START, (24 + 50) * MILLIS_PER_TOKEN);
      assertThat(scoredIds(ranking)).containsExactly("0");
    }
  }

  /** One thread still scores the first document when the other has finished the second one. */
  @Test
  void anAbandonedDocumentCountsAsWorkAndDropsLaterScores() {
    try (ScoringPool pool = new ScoringPool(2)) {
      CountDownLatch secondIsScored = new CountDownLatch(1);
      Model model =
          model(
              "a",
              ScoreCache.OFF,
              0,
              pair -> {
                if (pair.tokens() > 20) {
                  await(secondIsScored);
                  clock.passMillis(1000);
                } else {
                  secondIsScored.countDown();
                }
              });
      List<Candidate> candidates = List.of(chinese("0", 100), chinese("1", 2), chinese("2", 2));
      Ranking ranking = rank(reranker(pool, model), candidates, PASSAGES, 500);
      assertThat(ranking.usage().scored()).isZero();
      assertThat(ranking.results()).extracting(RankedCandidate::id).containsExactly("0", "1", "2");
      assertThat(ranking.usage().passages()).isGreaterThanOrEqualTo(2);
      assertThat(ranking.usage().tokens()).isEqualTo(tokensScored.get());
    }
  }

  @Test
  void equalTextsGetEqualScores() {
    try (ScoringPool pool = new ScoringPool(1)) {
      Reranker reranker = reranker(pool, model("a", ScoreCache.OFF, 0, cost(1)));
      Candidate first = chinese("0", 20);
      List<Candidate> candidates =
          List.of(first, chinese("1", 100), new Candidate("2", first.text(), null));
      rank(reranker, candidates, LongText.KEEP_START, 1e9);
      Ranking ranking = rank(reranker, candidates, LongText.KEEP_START, 30 * MILLIS_PER_TOKEN);
      assertThat(scoredIds(ranking)).containsExactlyInAnyOrder("0", "2");
    }
  }

  @Test
  void cachedScoresTakeNoTimeAndKeepThePrefix() {
    try (ScoringPool pool = new ScoringPool(2)) {
      Random random = new Random(5);
      Reranker reranker = reranker(pool, model("a", new ScoreCache(1 << 20), 0, cost(2)));
      List<Candidate> candidates = candidates(Script.JAPANESE, Lengths.MIXED, random);
      rank(reranker, candidates.subList(20, 60), LongText.KEEP_START, 1e9);
      double twenty = 20 * WINDOW * MILLIS_PER_TOKEN;
      Ranking half = rank(reranker, candidates, LongText.KEEP_START, twenty / 4);
      assertIsPrefix(candidates, half);
      rank(reranker, candidates, LongText.KEEP_START, 1e9);
      Ranking known = rank(reranker, candidates, LongText.KEEP_START, twenty);
      assertThat(known.usage().scored()).isEqualTo(60);
      assertThat(known.usage().tokens()).isZero();
    }
  }

  /** The order is the stage's before; whoever it does not reach keeps it. */
  @ParameterizedTest
  @EnumSource(Script.class)
  void aLaterStageScoresTheFirstOfTheStageBefore(Script script) {
    try (ScoringPool pool = new ScoringPool(2)) {
      Reranker reranker =
          reranker(
              pool,
              model("quick", ScoreCache.OFF, 0, _ -> {}),
              model("a", ScoreCache.OFF, 0.01, cost(2)));
      List<Candidate> candidates = candidates(script, Lengths.SHORTEST_FIRST, new Random(4));
      List<StageChoice> stages = StageChoice.parse("quick:60,a");
      double full = millis(() -> rank(reranker, candidates, LongText.KEEP_START, 1e9, stages));
      List<String> before =
          rank(reranker, candidates, LongText.KEEP_START, 1e9, StageChoice.parse("quick"))
              .results()
              .stream()
              .map(RankedCandidate::id)
              .toList();
      for (double fraction : new double[] {0.3, 0.5, 0.75}) {
        Ranking ranking = rank(reranker, candidates, LongText.KEEP_START, full * fraction, stages);
        int deep = ranking.usage().stages().getLast().scored();
        assertThat(deep).isPositive();
        assertThat(ranking.results().subList(0, deep))
            .extracting(RankedCandidate::id)
            .containsExactlyInAnyOrderElementsOf(before.subList(0, deep));
        assertThat(ranking.results().subList(deep, 60))
            .extracting(RankedCandidate::id)
            .containsExactlyElementsOf(before.subList(deep, 60));
      }
    }
  }

  /** Several take turns with the threads: each would have time enough if it were alone. */
  @Test
  void requestsThatShareTheThreadsEachHaveThePrefix() {
    try (ScoringPool pool = new ScoringPool(2)) {
      Reranker reranker = reranker(pool, model("a", ScoreCache.OFF, 0, cost(2)));
      List<Candidate> candidates =
          candidates(Script.CHINESE, Lengths.SHORTEST_FIRST, new Random(8));
      double full = millis(() -> rank(reranker, candidates, LongText.KEEP_START, 1e9));
      List<Ranking> rankings =
          IntStream.range(0, 8)
              .mapToObj(_ -> clock.inMillis(3 * full))
              .parallel()
              .map(deadline ->
                  reranker.rank(
                      new RerankRequest("q", candidates, options(LongText.KEEP_START, List.of())),
                      deadline))
              .toList();
      rankings.forEach(ranking -> assertIsScoredPrefix(candidates, ranking));
    }
  }

  /** 40 ms for each text, the library's time for 32,768 Chinese characters. */
  @Test
  void textsAreNotReadWhenTimeIsOver() {
    for (int n : new int[] {10, 80, 640}) {
      try (ScoringPool pool = new ScoringPool(2)) {
        FakeTokenizer tokenizer = new FakeTokenizer(clock, 40);
        Model model = model("a", ScoreCache.OFF, tokenizer, cost(2));
        Reranker reranker = reranker(pool, model);
        rank(reranker, List.of(chinese("x", 100)), LongText.KEEP_START, 1e9);
        tokenizer.tokenised.set(0);
        List<Candidate> candidates =
            IntStream.range(0, n).mapToObj(i -> chinese("" + i, 1000 + i)).toList();
        double passed = millis(() -> rank(reranker, candidates, LongText.KEEP_START, 50));
        assertThat(tokenizer.tokenised.get()).as("of %d", n).isLessThanOrEqualTo(1 + 2 * 2);
        assertThat(passed).isLessThan(50 + 2 * (42 + WINDOW * MILLIS_PER_TOKEN));
      }
    }
  }

  /** Texts of few tokens that take long to read: reading them all would leave no time to score. */
  @Test
  void readingAheadLeavesTimeToScore() {
    try (ScoringPool pool = new ScoringPool(1)) {
      Reranker reranker =
          reranker(pool, model("a", ScoreCache.OFF, new FakeTokenizer(clock, 1), cost(1)));
      List<Candidate> candidates =
          IntStream.range(0, 100)
              .mapToObj(i -> new Candidate("" + i, i + "\u200b".repeat(1000), 100.0 - i))
              .toList();
      rank(reranker, candidates.subList(0, 1), LongText.KEEP_START, 1e9);
      Ranking ranking = rank(reranker, candidates, LongText.KEEP_START, 60);
      assertThat(ranking.usage().scored()).isBetween(30, 60);
      assertIsScoredPrefix(candidates, ranking);
    }
  }

  private void assertIsPrefix(List<Candidate> candidates, Ranking ranking) {
    assertIsScoredPrefix(candidates, ranking);
    assertThat(ranking.usage().tokens()).isEqualTo(tokensScored.get());
  }

  private static void assertIsScoredPrefix(List<Candidate> candidates, Ranking ranking) {
    List<String> order =
        Ordering.byFirstStage(candidates).stream()
            .map(candidate -> candidate.candidate().id())
            .toList();
    int scored = ranking.usage().scored();
    assertThat(scoredIds(ranking)).containsExactlyInAnyOrderElementsOf(order.subList(0, scored));
    assertThat(ranking.results().subList(scored, candidates.size()))
        .extracting(RankedCandidate::id)
        .containsExactlyElementsOf(order.subList(scored, candidates.size()));
  }

  private static List<String> scoredIds(Ranking ranking) {
    return ranking.results().stream()
        .filter(RankedCandidate::scored)
        .map(RankedCandidate::id)
        .toList();
  }

  private static List<Candidate> candidates(Script script, Lengths lengths, Random random) {
    List<Candidate> candidates = new ArrayList<>();
    Set<String> texts = new HashSet<>();
    while (candidates.size() < 60) {
      int i = candidates.size();
      int length =
          switch (lengths) {
            case SHORTEST_FIRST -> 10 + 4 * i;
            case LONGEST_FIRST -> 250 - 4 * i;
            case MIXED -> 4 + random.nextInt(400);
            case ONE_LONG_IN_FRONT -> i == 0 ? 500 : 30;
          };
      String text = script.text(random, length);
      if (texts.add(text)) {
        candidates.add(new Candidate("c" + i, text, 100.0 - i));
      }
    }
    return candidates;
  }

  private static Candidate chinese(String id, int characters) {
    return new Candidate(id, "字".repeat(characters - 1) + (char) (0x4e00 + id.hashCode()), null);
  }

  private Ranking rank(
      Reranker reranker, List<Candidate> candidates, LongText longText, double millis) {
    return rank(reranker, candidates, longText, millis, List.of());
  }

  private Ranking rank(
      Reranker reranker,
      List<Candidate> candidates,
      LongText longText,
      double millis,
      List<StageChoice> stages) {
    tokensScored.set(0);
    return reranker.rank(
        new RerankRequest("q", candidates, options(longText, stages)), clock.inMillis(millis));
  }

  private static Options options(LongText longText, List<StageChoice> stages) {
    return Options.DEFAULT
        .withLongText(longText)
        .withPlan(Plan.COMPLETE.withStages(stages).withPartial(true));
  }

  private double millis(Runnable work) {
    long started = clock.getAsLong();
    work.run();
    return millisSince(started);
  }

  private double millisSince(long started) {
    return (clock.getAsLong() - started) / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  /** All threads share the clock: a token's time passes on each of them. */
  private Consumer<EncodedPair> cost(int threads) {
    return pair -> clock.passMillis(pair.tokens() * MILLIS_PER_TOKEN / threads);
  }

  private Model model(
      String id, ScoreCache cache, double readMillis, Consumer<EncodedPair> whileScoring) {
    return model(id, cache, new FakeTokenizer(clock, readMillis), whileScoring);
  }

  /** Its logits are of no concern, but differ. */
  private Model model(
      String id, ScoreCache cache, FakeTokenizer tokenizer, Consumer<EncodedPair> whileScoring) {
    Scorer scorer =
        pair -> {
          whileScoring.accept(pair);
          tokensScored.addAndGet(pair.tokens());
          return pair.tokens() % 7;
        };
    return new Model(
        Fakes.manifest(id, "v", WINDOW),
        new PairEncoder(tokenizer, Fakes.manifest(id, "v", WINDOW).pair(), WINDOW),
        scorer,
        Fakes.NOTHING_UNKNOWN,
        null,
        cache,
        clock);
  }

  private Reranker reranker(ScoringPool pool, Model... models) {
    Map<String, Model> byId =
        List.of(models).stream().collect(Collectors.toMap(Model::id, model -> model));
    return new Reranker(
        new Models(List.copyOf(byId.values()), StageChoice.parse("a"), Fusion.NONE),
        pool,
        Fakes.TEXTS);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
