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
    Depth depth = new Depth.UntilFound(equal, KEEP, 0.9);
    List<Integer> rounds = new ArrayList<>(List.of(depth.next(positions(100), List.of())));
    while (rounds.getLast() < 100) {
      rounds.add(depth.next(positions(100), own.subList(0, rounds.getLast())));
    }
    assertThat(rounds).containsExactly(20, 30, 45, 67, 100);
    assertThat(depth.next(positions(100), own)).isEqualTo(100);
  }

  @Test
  void aLowerStageBeforeIsNeverASignOfABetterDocument() {
    List<Float> rising = IntStream.range(0, 100).mapToObj(i -> (float) i).toList();
    assertThat(Line.through(new double[] {3, 2, 1}, new double[] {1, 2, 3}).slope()).isZero();
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
    Depth depth = new Depth.UntilFound(before, keep, targetRecall);
    int scored = 0;
    int next = depth.next(positions(own.size()), List.of());
    while (next > scored) {
      scored = next;
      next = depth.next(positions(own.size()), own.subList(0, scored));
    }
    return scored;
  }

  private static List<Integer> positions(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static List<Float> falling(int count) {
    return IntStream.range(0, count).mapToObj(i -> 5 - i / 3f).toList();
  }
}
