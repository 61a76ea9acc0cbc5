package dev.snapranker.rank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.snapranker.api.BlankTexts;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.Usage;
import dev.snapranker.rank.scoring.Budget;
import dev.snapranker.rank.scoring.Elsewhere;
import dev.snapranker.rank.scoring.FanOut;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.Slice;
import dev.snapranker.rank.scoring.SliceScorer;
import dev.snapranker.rank.scoring.Slicing;
import dev.snapranker.score.ScoreCache;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Slices change who scores, and nothing of the answer. */
@Timeout(120)
class FanOutTest {
  private static final long UNLIMITED = Long.MAX_VALUE / 4;
  private static final List<LongText.Aggregate> AGGREGATES =
      List.of(LongText.Aggregate.MAX, LongText.Aggregate.FIRST, LongText.Aggregate.MEAN_TOP_2);

  private final ScoringPool pool = new ScoringPool(2);
  private final ScoringPool others = new ScoringPool(2);

  @AfterEach
  void close() {
    pool.close();
    others.close();
  }

  /** Of every kind of option, with slices that come back, come back in part, or are lost. */
  @Test
  void theAnswerIsTheSameOverAThousandRandomRequests() {
    Random random = new Random(20_261_129);
    int fannedOut = 0;
    for (int round = 0; round < 1000; round++) {
      Models models =
          new Models(
              List.of(hashing("a", round), hashing("b", -round)),
              StageChoice.parse("a"),
              Fusion.NONE);
      RerankRequest request = request(random);
      Slicing slicing =
          new Slicing(
              1 + random.nextInt(9),
              2 + random.nextInt(9),
              random.nextInt(4) == 0 ? random.nextInt(300) : UNLIMITED);
      long seed = random.nextLong();
      Elsewhere elsewhere = (slice, deadline, _) -> unreliable(slice, deadline, seed);
      Ranking alone = new Reranker(models, pool, Fakes.TEXTS).rank(request, never());
      Ranking fanned =
          new Reranker(models, pool, Fakes.TEXTS, new FanOut(slicing, elsewhere))
              .rank(request, never());
      assertThat(fanned.results()).isEqualTo(alone.results());
      assertThat(fanned.warnings()).isEqualTo(alone.warnings());
      assertThat(withoutFanOut(fanned.usage())).isEqualTo(alone.usage());
      fannedOut += fanned.usage().fanOut() == null ? 0 : 1;
    }
    assertThat(fannedOut).isGreaterThan(500);
  }

  /** The threads that send slices may run when all is scored already. */
  @Test
  void noSliceIsSentWithoutAPair() {
    Models models = new Models(List.of(hashing("a", 1)), StageChoice.parse("a"), Fusion.NONE);
    Queue<Integer> sent = new ConcurrentLinkedQueue<>();
    Reranker reranker =
        reranker(
            models,
            new Slicing(3, 4, UNLIMITED),
            (slice, _, _) -> {
              sent.add(slice.pairs().size());
              return null;
            });
    for (int round = 0; round < 2000; round++) {
      assertThat(reranker.rank(digits(12), never()).usage().fanOut()).isNotNull();
    }
    assertThat(sent).isNotEmpty().doesNotContain(0);
  }

  /** A third of the slices comes back whole, a third in part, and a third not at all. */
  private float @Nullable [] unreliable(Slice slice, Deadline deadline, long seed) {
    Random random = new Random(seed + slice.pairs().size());
    float[] logits = scored(slice, deadline);
    return switch (random.nextInt(3)) {
      case 0 -> logits;
      case 1 -> {
        Arrays.fill(logits, random.nextInt(logits.length), logits.length, Float.NaN);
        yield logits;
      }
      default -> null;
    };
  }

  private float[] scored(Slice slice, Deadline deadline) {
    return new SliceScorer(others).score(slice, new Budget(deadline, others.threads()));
  }

  @Test
  void onlyTheLastStageOfACascadeIsFannedOut() {
    Queue<String> sent = new ConcurrentLinkedQueue<>();
    CountDownLatch arrived = new CountDownLatch(2);
    Models models =
        new Models(
            List.of(hashing("a", 1), waiting("b", arrived)),
            StageChoice.parse("a:12,b"),
            Fusion.NONE);
    Reranker reranker =
        reranker(
            models,
            new Slicing(4, 3, UNLIMITED),
            (slice, deadline, _) -> {
              sent.add(slice.model().id());
              arrived.countDown();
              return scored(slice, deadline);
            });
    Ranking ranking = reranker.rank(digits(40), never());
    assertThat(sent).containsExactly("b", "b");
    assertThat(Objects.requireNonNull(ranking.usage().fanOut()).slices()).isEqualTo(2);
  }

  /** With equal logits each next document may be one of the best, so all are scored in the end. */
  @Test
  void eachRoundThatIsLargeEnoughIsFannedOut() {
    Models models =
        new Models(
            List.of(hashing("a", 1), new Fakes().model("b", "v", _ -> 1, null)),
            StageChoice.parse("a:5@0.9,b"),
            Fusion.NONE);
    Elsewhere elsewhere = (slice, until, _) -> scored(slice, until);
    Usage usage =
        reranker(models, new Slicing(11, 2, UNLIMITED), elsewhere)
            .rank(digits(90), never())
            .usage();
    assertThat(usage.stages().getLast().candidates()).isEqualTo(90);
    // After the rounds, 15, 25, 37, 55, 82 and 90 are scored: two rounds have less than 12.
    assertThat(Objects.requireNonNull(usage.fanOut()).slices()).isEqualTo(4);
    assertThat(
            reranker(models, new Slicing(30, 2, UNLIMITED), elsewhere)
                .rank(digits(90), never())
                .usage()
                .fanOut())
        .as("no round has more than 30")
        .isNull();
  }

  @Test
  void aSliceThatNeverComesBackIsScoredHereAndGivenUp() throws InterruptedException {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch givenUp = new CountDownLatch(1);
    Reranker reranker =
        reranker(
            new Models(List.of(waiting("a", arrived)), List.of(), Fusion.NONE),
            new Slicing(10, 2, UNLIMITED),
            (_, _, _) -> {
              arrived.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                givenUp.countDown();
              }
              return null;
            });
    Ranking ranking = reranker.rank(digits(20), never());
    assertThat(ranking.results()).isEqualTo(alone(digits(20)).results());
    assertThat(Objects.requireNonNull(ranking.usage().fanOut()).answered()).isZero();
    assertThat(givenUp.await(30, TimeUnit.SECONDS)).isTrue();
  }

  /** The clock passes the deadline once this environment has scored its own slice. */
  @Test
  void aLostSliceWithoutTimeLeavesItsOwnCandidatesUnscoredAndNoOther() {
    AtomicLong clock = new AtomicLong();
    AtomicInteger scoredHere = new AtomicInteger();
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    Scorer scorer =
        pair -> {
          await(arrived);
          if (scoredHere.incrementAndGet() == 10) {
            clock.set(1_000_000_000);
            over.countDown();
          }
          return pair.inputIds()[3];
        };
    Model model = new Fakes(clock::get).model("a", "v", scorer, null);
    Models models = new Models(List.of(model), List.of(), Fusion.NONE);
    Queue<Slice> sent = new ConcurrentLinkedQueue<>();
    Elsewhere lost =
        (slice, _, _) -> {
          sent.add(slice);
          arrived.countDown();
          await(over);
          return null;
        };
    Ranking ranking =
        reranker(models, new Slicing(10, 2, UNLIMITED), lost)
            .rank(digits(20), Deadline.inNanos(500_000_000, clock::get));
    assertThat(sent).hasSize(1);
    assertThat(sent.element().pairs()).hasSize(10);
    assertThat(ranking.usage().scored()).isEqualTo(10);
    assertThat(ranking.results()).hasSize(20);
    assertThat(ranking.results().subList(0, 10))
        .allSatisfy(result -> assertThat(result.scores()).isNotNull());
    assertThat(ranking.results().subList(10, 20))
        .allSatisfy(result -> assertThat(result.scores()).isNull());
    assertThat(ranking.warnings())
        .anySatisfy(warning ->
            assertThat(warning).contains("time ran out before 10 of 20 candidates were scored"));
  }

  @Test
  void theOtherEnvironmentHearsTheDeadline() {
    Queue<Deadline> heard = new ConcurrentLinkedQueue<>();
    CountDownLatch arrived = new CountDownLatch(1);
    Deadline deadline = Deadline.inMillis(60_000);
    reranker(
            new Models(List.of(waiting("a", arrived)), List.of(), Fusion.NONE),
            new Slicing(10, 2, UNLIMITED),
            (slice, until, _) -> {
              heard.add(until);
              arrived.countDown();
              return scored(slice, until);
            })
        .rank(digits(20), deadline);
    assertThat(heard).containsExactly(deadline);
  }

  @Test
  void aRequestSaysWhenOthersHelpUnlessTheFunctionNeverFansOut() {
    AtomicInteger sent = new AtomicInteger();
    Elsewhere elsewhere =
        (slice, deadline, _) -> {
          sent.incrementAndGet();
          return scored(slice, deadline);
        };
    Reranker reranker = reranker(models(), new Slicing(10, 20, UNLIMITED), elsewhere);
    assertThat(reranker.rank(asking(digits(20), 0), never()).usage().fanOut()).isNull();
    assertThat(reranker.rank(asking(digits(20), 20), never()).usage().fanOut()).isNull();
    assertThat(sent).hasValue(0);
    Ranking ranking = reranker.rank(asking(digits(20), 4), never());
    assertThat(Objects.requireNonNull(ranking.usage().fanOut()).slices()).isEqualTo(4);
    assertThat(ranking.warnings()).isEmpty();

    Reranker off = new Reranker(models(), pool, Fakes.TEXTS);
    assertThat(off.rank(asking(digits(20), 4), never()).warnings())
        .singleElement()
        .asString()
        .startsWith("fan_out_candidates has no effect");
    assertThat(off.rank(asking(digits(20), 0), never()).warnings()).isEmpty();
  }

  @Test
  void whatTheCacheHasIsNotSentAndWhatComesBackGoesIntoIt() {
    ScoreCache cache = new ScoreCache(1 << 20);
    Queue<Integer> sent = new ConcurrentLinkedQueue<>();
    Reranker reranker =
        reranker(
            new Models(List.of(new Fakes().model("a", 0, cache)), List.of(), Fusion.NONE),
            new Slicing(5, 4, UNLIMITED),
            (slice, deadline, _) -> {
              sent.add(slice.pairs().size());
              return scored(slice, deadline);
            });
    Ranking first = reranker.rank(digits(20), never());
    assertThat(first.usage().cached()).isZero();
    sent.clear();
    Ranking second = reranker.rank(digits(20), never());
    assertThat(second.results()).isEqualTo(first.results());
    assertThat(second.usage().cached()).isEqualTo(20);
    assertThat(second.usage().tokens()).isZero();
    assertThat(sent).isEmpty();
  }

  /** The other environment's own cache would say "cached", depending on which one it is. */
  @Test
  void aSliceTakesNoPartInTheCacheOfTheEnvironmentThatScoresIt() {
    AtomicInteger computed = new AtomicInteger();
    Scorer scorer = _ -> computed.incrementAndGet();
    Model model = new Fakes().model("a", scorer, new ScoreCache(1 << 20));
    Slice slice = new Slice(model, model.pairsOfOneQuery());
    scored(slice, never());
    scored(slice, never());
    assertThat(computed).hasValue(2 * slice.pairs().size());
  }

  /** A long document and five short ones are about as much work as seven short ones. */
  @Test
  void aSliceThatIsSentHasHalfOfTheWorkNotOfTheCandidates() {
    Queue<Slice> sent = new ConcurrentLinkedQueue<>();
    CountDownLatch arrived = new CountDownLatch(1);
    List<Candidate> candidates = new ArrayList<>(digits(12).candidates());
    candidates.add(new Candidate("long", "much longer than the others", null));
    reranker(
            new Models(List.of(waiting("a", arrived)), List.of(), Fusion.NONE),
            new Slicing(7, 2, UNLIMITED),
            (slice, deadline, _) -> {
              sent.add(slice);
              arrived.countDown();
              return scored(slice, deadline);
            })
        .rank(new RerankRequest("q", candidates, Options.DEFAULT), never());
    assertThat(sent).hasSize(1);
    assertThat(sent.element().pairs()).extracting(EncodedPair::tokens).containsOnly(6).hasSize(7);
  }

  /** A model that scores nothing before the slices have arrived elsewhere. */
  private static Model waiting(String id, CountDownLatch arrived) {
    return new Fakes()
        .model(
            id,
            "v",
            pair -> {
              await(arrived);
              return logit(pair, 3);
            },
            null);
  }

  private Models models() {
    return new Models(List.of(hashing("a", 3)), List.of(), Fusion.NONE);
  }

  private Ranking alone(RerankRequest request) {
    return new Reranker(models(), pool, Fakes.TEXTS).rank(request, never());
  }

  private Reranker reranker(Models models, Slicing slicing, Elsewhere elsewhere) {
    return new Reranker(models, pool, Fakes.TEXTS, new FanOut(slicing, elsewhere));
  }

  private static RerankRequest asking(RerankRequest request, int candidates) {
    Options options = request.options();
    return new RerankRequest(
        request.query(),
        request.candidates(),
        options.withPlan(options.plan().withFanOutCandidates(candidates)));
  }

  /** Different texts of equal length. */
  private static RerankRequest digits(int count) {
    return new RerankRequest(
        "q",
        IntStream.range(0, count)
            .mapToObj(i -> new Candidate("c" + i, "%02d".formatted(10 + i), null))
            .toList(),
        Options.DEFAULT.withPlan(Plan.COMPLETE.withPartial(true)));
  }

  /** A model whose logits look random, but are the same for the same tokens. */
  private static Model hashing(String id, int seed) {
    return new Fakes().model(id, "v", pair -> logit(pair, seed), null);
  }

  private static float logit(EncodedPair pair, int seed) {
    return (Arrays.hashCode(pair.inputIds()) * 31 + seed) % 1000 / 37f;
  }

  private static RerankRequest request(Random random) {
    int count = 1 + random.nextInt(40);
    boolean scores = random.nextBoolean();
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String text =
          i > 0 && random.nextInt(8) == 0
              ? candidates.get(random.nextInt(i)).text() // a duplicate
              : text(random);
      candidates.add(new Candidate("c" + i, text, scores ? (double) random.nextInt(20) : null));
    }
    return new RerankRequest(text(random) + "q", candidates, options(random, scores));
  }

  private static String text(Random random) {
    int words = random.nextInt(12);
    return IntStream.range(0, words)
        .mapToObj(_ -> "w" + random.nextInt(99) + (random.nextInt(4) == 0 ? "." : ""))
        .reduce("", (a, b) -> a + " " + b);
  }

  private static Options options(Random random, boolean scores) {
    LongText longText =
        switch (random.nextInt(4)) {
          case 0 ->
              new LongText.Passages(
                  16,
                  1 + random.nextInt(16),
                  1 + random.nextInt(5),
                  LongText.Passages.UNLIMITED,
                  AGGREGATES.get(random.nextInt(3)));
          case 1 -> new LongText.Cut(true);
          default -> LongText.KEEP_START;
        };
    Plan plan =
        Plan.COMPLETE
            .withPartial(random.nextBoolean())
            .withStages(
                switch (random.nextInt(6)) {
                  case 0, 1 -> StageChoice.parse("a:%d+2.5,b".formatted(1 + random.nextInt(30)));
                  case 2 ->
                      StageChoice.parse(
                          "a:%d@0.%d,b".formatted(1 + random.nextInt(10), 1 + random.nextInt(9)));
                  default -> List.of();
                })
            .withFusion(scores && random.nextBoolean() ? new Fusion.Linear(0.6, minMax()) : null);
    return new Options(
        random.nextBoolean() ? null : 1 + random.nextInt(20),
        null,
        false,
        random.nextBoolean(),
        Options.DEFAULT.model(),
        longText,
        plan,
        random.nextInt(4) == 0,
        BlankTexts.LAST,
        null);
  }

  private static Fusion.Normalization minMax() {
    return Fusion.Normalization.MIN_MAX;
  }

  private static Usage withoutFanOut(Usage usage) {
    return new Usage(
        usage.candidates(),
        usage.scored(),
        usage.truncated(),
        usage.blank(),
        usage.stages(),
        usage.explain(),
        null);
  }

  private static Deadline never() {
    return Deadline.never();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
