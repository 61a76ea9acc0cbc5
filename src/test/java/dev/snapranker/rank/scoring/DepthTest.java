package dev.snapranker.rank.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.snapranker.api.Scores;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DepthTest {
  private static final int KEEP = 10;

  @Test
  void allDocumentsAreScoredInOneRound() {
    assertThat(Depth.ALL.next(positions(7), List.of())).isEqualTo(7);
    assertThat(Depth.ALL.next(positions(7), falling(7))).isEqualTo(7);
  }

  @Test
  void theFirstRoundHasTenMoreThanAreKept() {
    Depth depth = new Depth.UntilFound(falling(100), KEEP, 0.9);
    assertThat(depth.next(positions(100), List.of())).isEqualTo(20);
    assertThat(depth.next(positions(15), List.of())).isEqualTo(15);
    Depth deepest = new Depth.UntilFound(falling(100), Integer.MAX_VALUE, 0.9);
    assertThat(deepest.next(positions(100), List.of())).isEqualTo(100);
  }

  @Test
  void nothingMoreIsScoredIfTheStagesAgree() {
    assertThat(scored(falling(100), falling(100), KEEP, 0.99)).isEqualTo(20);
  }

  @Test
  void allAreScoredInGrowingRoundsIfTheStageBeforeSaysNothing() {
    Random random = new Random(1);
    List<Float> own = Stream.generate(() -> (float) random.nextGaussian()).limit(100).toList();
    List<Float> equal = Collections.nCopies(100, 1f);
    assertThat(rounds(equal, own, KEEP, 0.9)).containsExactly(20, 30, 45, 67, 100);
    assertThat(rounds(equal, own, 1, 0.999)).startsWith(11, 21, 31, 46);
  }

  /**
   * Of 10 logits of 1 and 10 of -1, the spread is 1.054. So another document has a chance of 0.1714
   * to be above the tenth best, 1, and half of the best ten are missing from 30 on.
   */
  @Test
  void aStageStopsWhenAsManyAreExpectedToBeMissingAsTheTargetAllows() {
    List<Float> own = IntStream.range(0, 100).mapToObj(i -> i % 2 == 0 ? 1f : -1f).toList();
    List<Float> equal = Collections.nCopies(100, 1f);
    assertThat(rounds(equal, own.subList(0, 49), KEEP, 0.5)).containsExactly(20);
    assertThat(rounds(equal, own.subList(0, 50), KEEP, 0.5)).startsWith(20, 30);
  }

  /** Copies of a text are on the shortlist, but are not documents of their own. */
  @Test
  void eachDocumentHasTheLogitOfItsOwnPosition() {
    List<Float> before = IntStream.range(0, 200).mapToObj(i -> i % 2 == 0 ? -i / 3f : 9f).toList();
    List<Integer> even = IntStream.range(0, 100).mapToObj(i -> 2 * i).toList();
    Depth depth = new Depth.UntilFound(before, KEEP, 0.9);
    assertThat(depth.next(even, falling(20))).isEqualTo(20);
  }

  @Test
  void aLowerStageBeforeIsNeverASignOfABetterDocument() {
    List<Float> rising = IntStream.range(0, 100).mapToObj(i -> (float) i).toList();
    assertThat(Line.through(new double[] {3, 2, 1}, new double[] {1, 2, 3}))
        .isEqualTo(new Line(2, 0, Math.sqrt(2)));
    assertThat(scored(falling(100), rising, KEEP, 0.9)).isEqualTo(100);
  }

  /**
   * The chances are right: with what the model assumes, the best are found as often as promised.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 0.9, 0.98})
  void theTargetIsReachedOnAverage(double target) {
    Random random = new Random(20);
    double found = 0;
    double shares = 0;
    int requests = 400;
    for (int request = 0; request < requests; request++) {
      List<Float> before =
          Stream.generate(() -> (float) (2 * random.nextGaussian()))
              .limit(200)
              .sorted(Comparator.reverseOrder())
              .toList();
      List<Float> own =
          before.stream().map(x -> (float) (3 * x - 1 + 2 * random.nextGaussian())).toList();
      int scored = scored(before, own, KEEP, target);
      List<Float> best = own.stream().sorted(Comparator.reverseOrder()).limit(KEEP).toList();
      found += own.subList(0, scored).stream().filter(best::contains).count();
      shares += scored / 200.0;
    }
    System.out.printf(
        "target recall %.2f: %.3f found in %.0f %% of the documents%n",
        target, found / KEEP / requests, 100 * shares / requests);
    assertThat(found / KEEP / requests).isGreaterThanOrEqualTo(target);
    assertThat(shares / requests).isLessThan(0.5);
  }

  @Test
  void extremeLogitsLeadToMoreScoringOrTheSame() {
    for (float extreme :
        new float[] {Scores.BLANK_LOGIT, Float.MAX_VALUE, -Float.MAX_VALUE, 1e-30f}) {
      List<Float> own = new ArrayList<>(falling(100));
      own.set(13, extreme);
      assertThat(scored(falling(100), own, KEEP, 0.9)).isBetween(20, 100);
      List<Float> before = new ArrayList<>(falling(100));
      before.set(extreme > 1 ? 0 : 99, extreme);
      assertThat(scored(before, falling(100), KEEP, 0.9)).isBetween(20, 100);
    }
  }

  @Test
  void oneDocumentIsEnoughToKeep() {
    assertThat(scored(falling(100), falling(100), 1, 0.9)).isEqualTo(11);
  }

  @Test
  void aLineHasTheLeastSquares() {
    Line line = Line.through(new double[] {1, 2, 3, 4, 1000}, new double[] {1, 3, 2, 4});
    assertThat(line.intercept()).isEqualTo(0.5, within(1e-12));
    assertThat(line.slope()).isEqualTo(0.8, within(1e-12));
    assertThat(line.spread()).isEqualTo(Math.sqrt(1.8 / 2), within(1e-12));
  }

  @Test
  void pointsOnALineOrWithEqualXHaveALineToo() {
    Line exact = Line.through(new double[] {1, 2, 3}, new double[] {3, 5, 7});
    assertThat(exact).isEqualTo(new Line(1, 2, 1e-6));
    assertThat(exact.chanceAbove(9, 4)).isEqualTo(0.5, within(1e-6));
    assertThat(Line.through(new double[] {2, 2, 2}, new double[] {1, 2, 3}))
        .isEqualTo(new Line(2, 0, Math.sqrt(2)));
  }

  @Test
  void chancesAreThoseOfANormalDistribution() {
    Line line = new Line(1, 2, 0.5); // at 3: 7
    assertThat(line.chanceAbove(7, 3)).isEqualTo(0.5, within(1e-6));
    assertThat(line.chanceAbove(7 + 0.98, 3)).isEqualTo(0.0249979, within(1e-6));
    assertThat(line.chanceAbove(7 - 0.98, 3)).isEqualTo(0.9750021, within(1e-6));
    assertThat(line.chanceAbove(7 + 1.5, 3)).isEqualTo(0.0013499, within(1e-6));
    assertThat(line.chanceAbove(1e300, 3)).isZero();
    assertThat(line.chanceAbove(-1e300, 3)).isEqualTo(1);
  }

  /** How many documents are scored in the end. */
  private static int scored(List<Float> before, List<Float> own, int keep, double targetRecall) {
    return rounds(before, own, keep, targetRecall).getLast();
  }

  /** How many documents are scored after each round. */
  private static List<Integer> rounds(
      List<Float> before, List<Float> own, int keep, double targetRecall) {
    Depth depth = new Depth.UntilFound(before, keep, targetRecall);
    List<Integer> rounds = new ArrayList<>();
    int scored = 0;
    int next = depth.next(positions(own.size()), List.of());
    while (next > scored) {
      rounds.add(next);
      scored = next;
      next = depth.next(positions(own.size()), own.subList(0, scored));
    }
    return rounds;
  }

  private static List<Integer> positions(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static List<Float> falling(int count) {
    return IntStream.range(0, count).mapToObj(i -> 5 - i / 3f).toList();
  }
}
