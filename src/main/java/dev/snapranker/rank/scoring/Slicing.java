package dev.snapranker.rank.scoring;

import dev.snapranker.text.EncodedPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * How a request is cut into slices.
 *
 * @param candidates how many candidates one environment scores; 0 for all of them
 * @param mostSlices the most slices of a request, including the one that stays here
 * @param mostWork the most {@link #work} of a slice that is sent, because an event's bytes are
 *     limited
 */
public record Slicing(int candidates, int mostSlices, long mostWork) {
  /** What a passage costs beside its tokens, in time and in bytes. */
  private static final long PASSAGE_WORK = 8;

  /** Nothing is cut. */
  static final Slicing OFF = new Slicing(0, 1, 0);

  /** How much work a passage is for another environment, which gets all of its tokens. */
  public static long work(EncodedPair passage) {
    return passage.tokens() + PASSAGE_WORK;
  }

  boolean isOff() {
    return candidates == 0;
  }

  /** Whether a request with so many candidates is cut. */
  boolean cuts(int count) {
    return !isOff() && count > candidates && mostSlices > 1;
  }

  /** A slice while it is filled. */
  private record Load(int slice, long work) {}

  /**
   * Cuts documents into slices of about equal work: the document with the most work that is left
   * goes to the slice with the least. Within a slice the documents stay in their order, so each
   * slice has its share of the best.
   *
   * @param work the work of each document
   * @return the positions of each slice's documents; the first slice stays here and may be of any
   *     size
   */
  List<List<Integer>> cut(long[] work) {
    int slices = count(work);
    List<List<Integer>> cut = new ArrayList<>();
    for (int i = 0; i < slices; i++) {
      cut.add(new ArrayList<>());
    }
    PriorityQueue<Load> loads =
        new PriorityQueue<>(Comparator.comparingLong(Load::work).thenComparingInt(Load::slice));
    IntStream.range(0, slices).forEach(slice -> loads.add(new Load(slice, 0)));
    for (int document : mostFirst(work)) {
      List<Load> full = new ArrayList<>();
      Load least = loads.remove();
      while (least.slice > 0 && least.work + work[document] > mostWork) {
        full.add(least);
        least = loads.remove(); // ends with the first slice, which has no bound
      }
      cut.get(least.slice).add(document);
      loads.add(new Load(least.slice, least.work + work[document]));
      loads.addAll(full);
    }
    cut.forEach(Collections::sort);
    return cut;
  }

  /** As many slices as the number of documents or their size needs. */
  private int count(long[] work) {
    long bySize = mostWork == 0 ? 1 : Math.ceilDiv(Arrays.stream(work).sum(), mostWork);
    long wanted = Math.max(Math.ceilDiv(work.length, candidates), bySize);
    return Math.clamp(wanted, 1, mostSlices);
  }

  private static List<Integer> mostFirst(long[] work) {
    return IntStream.range(0, work.length)
        .boxed()
        .sorted(Comparator.comparingLong(document -> -work[document])) // stable
        .toList();
  }
}
