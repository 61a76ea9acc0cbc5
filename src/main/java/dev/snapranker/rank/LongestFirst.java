package dev.snapranker.rank;

import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * For when there is time enough: all documents are read, then scored, longest first, so that the
 * short ones at the end keep all threads busy until the last moment. Should time run out after all,
 * what is scored by then counts.
 */
final class LongestFirst {
  private final Model model;
  private final ScoringPool pool;
  private final Budget budget;

  LongestFirst(Model model, ScoringPool pool, Budget budget) {
    this.model = model;
    this.pool = pool;
    this.budget = budget;
  }

  /** Scores {@code hits}. */
  Scoring score(Reading reading, List<Hit> hits) {
    long started = System.nanoTime();
    @Nullable EncodedDocument[] documents = read(reading, hits);
    long read = System.nanoTime();
    float[] logits = bestOfEach(documents, logits(documents));
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i])) {
        documents[i] = null; // in part at most
      }
    }
    return new Scoring(documents, logits, read - started, System.nanoTime() - read);
  }

  private @Nullable EncodedDocument[] read(Reading reading, List<Hit> hits) {
    @Nullable EncodedDocument[] documents = new @Nullable EncodedDocument[hits.size()];
    pool.forEachWhile(
        documents.length,
        i -> {
          if (budget.over()) {
            return false;
          }
          documents[i] = reading.document(hits.get(i).index());
          return true;
        });
    IntStream.range(0, documents.length) // the first one in the request is told
        .boxed()
        .sorted(Comparator.comparingInt(i -> hits.get(i).index()))
        .forEach(i -> reading.check(hits.get(i).index(), documents[i]));
    return documents;
  }

  /** [passages], the first document's before the second's; NaN for one that was not scored. */
  private float[] logits(@Nullable EncodedDocument[] documents) {
    List<EncodedPair> pairs = new ArrayList<>();
    for (EncodedDocument document : documents) {
      if (document != null) {
        pairs.addAll(document.pairs());
      }
    }
    int[] order =
        IntStream.range(0, pairs.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -pairs.get(i).tokens()))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] logits = new float[pairs.size()];
    Arrays.fill(logits, Float.NaN);
    pool.forEachWhile(
        order.length,
        i -> {
          if (budget.over()) {
            return false;
          }
          logits[order[i]] = model.logit(pairs.get(order[i]));
          return true;
        });
    return logits;
  }

  /**
   * A document scores as its best passage: [documents]; NaN if one of them was not scored.
   *
   * @param logits [passages], the first document's before the second's
   */
  private static float[] bestOfEach(@Nullable EncodedDocument[] documents, float[] logits) {
    float[] best = new float[documents.length];
    int next = 0;
    for (int i = 0; i < documents.length; i++) {
      EncodedDocument document = documents[i];
      best[i] = document == null ? Float.NaN : Float.NEGATIVE_INFINITY;
      for (int passage = 0; document != null && passage < document.pairs().size(); passage++) {
        best[i] = Math.max(best[i], logits[next++]); // NaN if one of the two is
      }
    }
    return best;
  }
}
