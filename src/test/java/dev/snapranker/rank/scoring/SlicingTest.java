package dev.snapranker.rank.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicingTest {
  private static final long UNLIMITED = Long.MAX_VALUE / 4;

  @Test
  void aRequestIsCutFromOneCandidateMoreThanTheNumberOn() {
    Slicing slicing = new Slicing(100, 20, UNLIMITED);
    assertThat(slicing.cuts(100)).isFalse();
    assertThat(slicing.cuts(101)).isTrue();
    assertThat(Slicing.OFF.cuts(1_000_000)).isFalse();
    assertThat(new Slicing(100, 1, UNLIMITED).cuts(101)).isFalse();
  }

  @Test
  void thereIsASliceForEachNumberOfCandidatesUpToTheMost() {
    Slicing slicing = new Slicing(100, 20, UNLIMITED);
    assertThat(slicing.cut(equal(101))).hasSize(2);
    assertThat(slicing.cut(equal(1000))).hasSize(10);
    assertThat(slicing.cut(equal(5000))).hasSize(20);
    assertThat(slicing.cut(new long[0])).containsExactly(List.of());
  }

  @Test
  void slicesAreOfEqualWorkNotOfEqualNumber() {
    // Four long documents take as long as eight times as many short ones.
    long[] work = new long[36];
    Arrays.fill(work, 50);
    Arrays.fill(work, 16, 20, 400);
    List<List<Integer>> cut = new Slicing(18, 2, UNLIMITED).cut(work);
    assertThat(sum(work, cut.get(0))).isEqualTo(sum(work, cut.get(1)));
    assertThat(new Slicing(9, 4, UNLIMITED).cut(work))
        .allSatisfy(slice -> assertThat(sum(work, slice)).isEqualTo(800));
  }

  @Test
  void everyDocumentIsInOneSliceInTheListsOrderAndNoSliceIsMuchLongerThanTheMean() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      long[] work = random.longs(1 + random.nextInt(300), 10, 520).toArray();
      Slicing slicing = new Slicing(1 + random.nextInt(50), 2 + random.nextInt(30), UNLIMITED);
      List<List<Integer>> cut = slicing.cut(work);
      assertThat(cut.stream().flatMap(List::stream).sorted())
          .containsExactlyElementsOf(IntStream.range(0, work.length).boxed().toList());
      assertThat(cut).allSatisfy(slice -> assertThat(slice).isSorted());
      long mean = Arrays.stream(work).sum() / cut.size();
      long longest = Arrays.stream(work).max().orElseThrow();
      assertThat(cut)
          .allSatisfy(slice -> assertThat(sum(work, slice)).isLessThanOrEqualTo(mean + longest));
    }
  }

  @Test
  void noSliceThatIsSentHasMoreThanAnEventMayHave() {
    long[] work = equal(1000); // of 100 each
    List<List<Integer>> cut = new Slicing(500, 20, 10_000).cut(work);
    assertThat(cut).hasSize(10); // not 2: their events would be too large
    assertThat(cut.subList(1, 10))
        .allSatisfy(slice -> assertThat(sum(work, slice)).isLessThanOrEqualTo(10_000));

    // With too few slices, the rest stays here, as does a document that no event can hold.
    cut = new Slicing(500, 3, 10_000).cut(work);
    assertThat(cut).extracting(List::size).containsExactly(800, 100, 100);
    work[5] = 10_001;
    assertThat(new Slicing(500, 3, 10_000).cut(work).getFirst()).contains(5);
  }

  private static long[] equal(int count) {
    long[] work = new long[count];
    Arrays.fill(work, 100);
    return work;
  }

  private static long sum(long[] work, List<Integer> slice) {
    return slice.stream().mapToLong(document -> work[document]).sum();
  }
}
