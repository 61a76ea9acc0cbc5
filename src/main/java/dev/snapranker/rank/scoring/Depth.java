package dev.snapranker.rank.scoring;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** How far down its shortlist a stage scores. */
public sealed interface Depth {
  /** To the end. */
  Depth ALL = new All();

  /**
   * How many documents are scored when the next round is over. Rounds do not depend on time, so
   * equal logits always lead to equal rounds.
   *
   * @param documents positions in the shortlist of its different texts
   * @param logits the stage's logits of the first of these documents, of all rounds so far
   * @return the number of logits if they are enough
   */
  int next(List<Integer> documents, List<Float> logits);

  /** To the end, in one round. */
  record All() implements Depth {
    @Override
    public int next(List<Integer> documents, List<Float> logits) {
      return documents.size();
    }
  }

  /**
   * Until the stage has probably found its own best documents, although it has not scored all.
   *
   * <p>After each round, a straight line through the scored documents predicts a document's logit
   * from that of the stage before. The deviations from the line are taken as normally distributed.
   * So each other document has a chance to be above the {@code keep}-th best logit. The sum of
   * these chances is the expected number of documents that are still missing among the best {@code
   * keep}.
   *
   * @param before the logits of the stage before, of all candidates on the shortlist
   * @param keep how many of the best documents are wanted
   * @param targetRecall the expected share of them that must be found, below 1
   */
  record UntilFound(List<Float> before, int keep, double targetRecall) implements Depth {
    /** The least number of documents in a round, and beside {@code keep} in the first one. */
    static final int ROUND = 10;

    public UntilFound {
      before = List.copyOf(before);
    }

    @Override
    public int next(List<Integer> documents, List<Float> logits) {
      int scored = logits.size();
      int most = documents.size();
      if (scored == 0) {
        return (int) Math.min(most, (long) keep + ROUND);
      }
      if (scored == most || expectedMissing(documents, logits) <= (1 - targetRecall) * keep) {
        return scored;
      }
      return Math.min(most, scored + Math.max(ROUND, scored / 2));
    }

    private double expectedMissing(List<Integer> documents, List<Float> logits) {
      double[] x = documents.stream().mapToDouble(before::get).toArray(); // [documents]
      double[] y = logits.stream().mapToDouble(Float::doubleValue).toArray(); // [scored]
      Line line = Line.through(x, y);
      double least = logits.stream().sorted(Comparator.reverseOrder()).toList().get(keep - 1);
      return IntStream.range(y.length, x.length)
          .mapToDouble(i -> line.chanceAbove(least, x[i]))
          .sum();
    }
  }
}
