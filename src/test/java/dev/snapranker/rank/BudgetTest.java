package dev.snapranker.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Fusion;
import dev.snapranker.api.Options;
import dev.snapranker.api.Plan;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageChoice;
import dev.snapranker.api.StageUsage;
import dev.snapranker.rank.order.CascadeCandidate;
import dev.snapranker.rank.order.Ordering;
import dev.snapranker.rank.scoring.Budget;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.score.Scorer;
import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final int THREADS = 2;

  private final ScoringPool pool = new ScoringPool(THREADS);
  private final FakeClock clock = new FakeClock();
  private final Fakes fakes = new Fakes(clock);

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Test
  void workThatFinishesInTimeFits() {
    assertThat(budget(5).allows(5)).isTrue();
    assertThat(budget(5).allows(6)).isFalse();
    assertThat(budget(1).allows(0)).isTrue();
    assertThat(budget(0).allows(0)).isFalse();
    assertThat(budget(-1).allows(0)).isFalse();
  }

  private Budget budget(long nanos) {
    return new Budget(Deadline.inNanos(nanos, clock), THREADS);
  }

  /** Random lists, the time over somewhere within: complete, total, and best first. */
  @Test
  void theReplyIsCompleteWheneverTimeRunsOut() {
    Random random = new Random(3);
    for (int round = 0; round < 30; round++) {
      List<Candidate> candidates = candidates(random, 1 + random.nextInt(60));
      int millis = random.nextInt(40);
      Ranking ranking = rank(slow(1), candidates, "a", millis, true);
      List<RankedCandidate> results = ranking.results();
      assertThat(results)
          .extracting(RankedCandidate::index)
          .doesNotHaveDuplicates()
          .hasSize(candidates.size());
      int scored = ranking.usage().scored();
      assertThat(results.subList(0, scored)).allMatch(RankedCandidate::scored);
      assertThat(results.subList(scored, results.size())).noneMatch(RankedCandidate::scored);
      List<Integer> order = firstStage(candidates);
      assertThat(results.subList(0, scored))
          .extracting(RankedCandidate::index)
          .containsExactlyInAnyOrderElementsOf(order.subList(0, scored));
      assertThat(results.subList(scored, results.size()))
          .extracting(r -> order.indexOf(r.index()))
          .isSorted();
      assertThat(ranking.warnings().isEmpty()).isEqualTo(scored == candidates.size());
    }
  }

  @Test
  void noDocumentIsStartedThatCannotFinishInTime() {
    Model model = slow(40);
    List<Candidate> one = candidates(new Random(1), 1);
    rank(model, one, "a", 10_000, true); // its pace is known then
    Ranking ranking = rank(model, candidates(new Random(1), 20), "a", 15, true);
    assertThat(ranking.usage().scored()).isZero();
    assertThat(ranking.usage().tokens()).isZero();
  }

  @Test
  void aWrongEstimateIsTriedAgain() {
    AtomicInteger millis = new AtomicInteger(10_000); // of the first pair
    Scorer digit = Fakes.digitAt(0);
    Scorer slowOnce =
        pair -> {
          clock.passMillis(millis.getAndSet(0));
          return digit.logit(pair);
        };
    Model model = fakes.model("a", "v", slowOnce, null);
    rank(model, candidates(new Random(1), 1), "a", 60_000, true);
    int calls = 0;
    while (rank(model, candidates(new Random(1), 1), "a", 500, true).usage().scored() == 0) {
      calls++;
      assertThat(calls).isLessThan(60); // 0.9^60 of ten seconds are 18 ms
    }
    assertThat(rank(model, candidates(new Random(1), 1), "a", 500, true).usage().scored())
        .isEqualTo(1);
  }

  @Test
  void aLaterStageScoresWhatItCan() {
    Ranking ranking = rank(slow(30), candidates(new Random(5), 40), "quick:30,a", 200, true);
    assertThat(ranking.usage().scored()).isEqualTo(40);
    int deep = ranking.usage().stages().getLast().scored();
    assertThat(deep).isLessThan(30);
    assertThat(ranking.results())
        .extracting(r -> r.scores() == null ? 0 : r.scores().logits().size())
        .isSortedAccordingTo(Comparator.reverseOrder())
        .filteredOn(depth -> depth == 2)
        .hasSize(deep);
    assertThat(ranking.warnings()).singleElement().asString().contains("'a' scored");
  }

  /** With one thread: two would spend each other's time in any order, also the first one's. */
  @Test
  void aStageThatLooksForItsBestStopsWhenTimeRunsOut() {
    List<Candidate> candidates = candidates(new Random(5), 40);
    Scorer other = Fakes.digitAt(2); // says nothing about the one that the first stage reads
    Model slow =
        fakes.model(
            "a",
            "v",
            pair -> {
              clock.passMillis(15);
              return other.logit(pair);
            },
            null);
    for (int millis : new int[] {150, 450}) { // in the first round, and in a later one
      Ranking ranking;
      try (ScoringPool oneThread = new ScoringPool(1)) {
        ranking = rank(oneThread, slow, candidates, "quick:5@0.99,a", millis, true);
      }
      StageUsage last = ranking.usage().stages().getLast();
      assertThat(last.scored()).isBetween(1, last.candidates() - 1);
      assertThat(ranking.usage().scored()).isEqualTo(40);
      assertThat(ranking.results())
          .extracting(r -> r.scores() == null ? 0 : r.scores().logits().size())
          .isSortedAccordingTo(Comparator.reverseOrder())
          .filteredOn(depth -> depth == 2)
          .hasSize(last.scored());
      assertThat(ranking.warnings()).singleElement().asString().contains("'a' scored");
    }
  }

  @Test
  void aDialectWithoutAFieldForUnscoredResultsGetsAnError() {
    assertThatThrownBy(() -> rank(slow(20), candidates(new Random(2), 50), "a", 60, false))
        .isInstanceOf(RerankException.class)
        .hasMessageContaining("of 50 documents");
    // Each document has a score, if not of the last stage.
    assertThat(rank(slow(30), candidates(new Random(5), 40), "quick:30,a", 200, false).results())
        .hasSize(40);
  }

  private Ranking rank(
      Model model, List<Candidate> candidates, String stages, int millis, boolean partial) {
    return rank(pool, model, candidates, stages, millis, partial);
  }

  private Ranking rank(
      ScoringPool threads,
      Model model,
      List<Candidate> candidates,
      String stages,
      int millis,
      boolean partial) {
    Models models =
        new Models(
            List.of(model, fakes.model("quick", 0)), StageChoice.parse("quick"), Fusion.NONE);
    Options options =
        Options.DEFAULT.withPlan(
            Plan.COMPLETE.withStages(StageChoice.parse(stages)).withPartial(partial));
    return new Reranker(models, threads, Fakes.TEXTS)
        .rank(new RerankRequest("q", candidates, options), clock.inMillis(millis));
  }

  private Model slow(int millis) {
    Scorer digit = Fakes.digitAt(0);
    return fakes.model(
        "a",
        "v",
        pair -> {
          clock.passMillis((double) millis / THREADS);
          return digit.logit(pair);
        },
        null);
  }

  private static List<Candidate> candidates(Random random, int n) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      char digit = (char) ('0' + random.nextInt(10));
      Double score = random.nextInt(4) == 0 ? null : Double.valueOf(random.nextInt(6));
      candidates.add(new Candidate("c" + i, digit + " " + i, score));
    }
    return candidates;
  }

  private static List<Integer> firstStage(List<Candidate> candidates) {
    return Ordering.byFirstStage(candidates).stream().map(CascadeCandidate::index).toList();
  }
}
