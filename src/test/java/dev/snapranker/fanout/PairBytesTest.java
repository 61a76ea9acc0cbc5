package dev.snapranker.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.snapranker.api.RerankException;
import dev.snapranker.rank.Fakes;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.Slice;
import dev.snapranker.rank.scoring.Slicing;
import dev.snapranker.text.EncodedPair;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairBytesTest {
  @Test
  void pairsAreReadAsTheyWereWritten() {
    Random random = new Random(20);
    for (int round = 0; round < 200; round++) {
      List<EncodedPair> pairs =
          IntStream.range(0, 1 + random.nextInt(9)).mapToObj(_ -> pair(random)).toList();
      List<EncodedPair> read = PairBytes.read(PairBytes.write(pairs), 40);
      assertThat(read).hasSameSizeAs(pairs);
      for (int i = 0; i < pairs.size(); i++) {
        assertThat(read.get(i).inputIds()).isEqualTo(pairs.get(i).inputIds());
        assertThat(read.get(i).segmentIds()).isEqualTo(pairs.get(i).segmentIds());
        assertThat(read.get(i).documentStart()).isEqualTo(pairs.get(i).documentStart());
      }
    }
  }

  /** With one segment or two, as a template makes them. */
  @Test
  void aPairTakesNoMoreIntegersThanItIsCountedAsWork() {
    Random random = new Random(21);
    for (int round = 0; round < 200; round++) {
      EncodedPair pair = pair(random);
      assertThat((long) PairBytes.write(List.of(pair)).length / Integer.BYTES)
          .isLessThanOrEqualTo(Slicing.work(pair));
    }
  }

  /** A slice of the most work, of short pairs or of long ones. */
  @Test
  void anEventHasNoMoreBytesThanTheWorkWasCalculatedFrom() {
    Model model = new Fakes().model("m", 0);
    Random random = new Random(22);
    for (int most : List.of(5_000, 60_000, 6 * 1024 * 1024)) {
      List<EncodedPair> pairs = new ArrayList<>();
      EncodedPair next = pair(random);
      for (long work = Slicing.work(next); work <= OtherEnvironments.mostWork(most); ) {
        pairs.add(next);
        next = pair(random);
        work += Slicing.work(next);
      }
      byte[] event = SliceJson.event(new Slice(model, pairs), 900_000);
      assertThat(event.length).isBetween(most / 8, most);
    }
  }

  /** Integers, in the layout of one pair. */
  @ParameterizedTest
  @CsvSource({
    "'', is empty",
    "2 7, ends within a pair",
    "0, has a pair of 0 tokens; expected 1..40",
    "41, has a pair of 41 tokens; expected 1..40",
    "-1, has a pair of -1 tokens",
    "2147483647, has a pair of 2147483647 tokens",
    "1 -5 0 1 0 1, has an id below 0",
    "1 5 0 1 -1 1, has an id below 0",
    "2 5 6 1 1 0 1, has segments that are not of the pair's length",
    "2 5 6 1 1 0 3, has segments that are not of the pair's length",
    "2 5 6 1 2 0 2 1 1, has segments that are not of the pair's length",
    "2 5 6 1 1 0 0, has segments that are not of the pair's length",
    "2 5 6 1 0, has segments that are not of the pair's length",
    "1 5 0 2147483647 0 1, ends within a pair",
    "2 5 6 3 1 0 2, has a document that begins at 3; expected 0..2",
    "2 5 6 -1 1 0 2, has a document that begins at -1; expected 0..2"
  })
  void whatIsNoPairIsRefused(String integers, String problem) {
    int[] values =
        integers.isEmpty()
            ? new int[0]
            : Arrays.stream(integers.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * values.length);
    bytes.asIntBuffer().put(values);
    byte[] posted = bytes.array();
    assertThatThrownBy(() -> PairBytes.read(posted, 40))
        .isInstanceOf(RerankException.class)
        .hasMessageContaining("snapranker_slice.pairs")
        .hasMessageContaining(problem);
  }

  private static EncodedPair pair(Random random) {
    int tokens = 1 + random.nextInt(40);
    int first = random.nextInt(tokens + 1);
    return new EncodedPair(
        random.longs(tokens, 0, 250_000).toArray(),
        IntStream.range(0, tokens).mapToLong(i -> i < first ? 0 : 1).toArray(),
        first);
  }
}
