package dev.snapranker.rank;

import dev.snapranker.api.LongText.Aggregate;
import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedPair;
import java.util.ArrayList;
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
    @Nullable ScoredDocument[] scored =
        assembled(documents, scores(documents), reading.aggregate());
    return new Scoring(scored, read - started, System.nanoTime() - read);
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

  /** [passages], the first document's before the second's; null for one that was not scored. */
  private @Nullable PairScore[] scores(@Nullable EncodedDocument[] documents) {
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
    @Nullable PairScore[] scores = new @Nullable PairScore[pairs.size()];
    pool.forEachWhile(
        order.length,
        i -> {
          if (budget.over()) {
            return false;
          }
          scores[order[i]] = model.score(pairs.get(order[i]));
          return true;
        });
    return scores;
  }

  /**
   * The documents with their passages' scores; null for one that was scored in part at most.
   *
   * @param scores [passages], the first document's before the second's
   */
  private static @Nullable ScoredDocument[] assembled(
      @Nullable EncodedDocument[] documents, @Nullable PairScore[] scores, Aggregate aggregate) {
    @Nullable ScoredDocument[] scored = new @Nullable ScoredDocument[documents.length];
    int next = 0;
    for (int i = 0; i < documents.length; i++) {
      EncodedDocument document = documents[i];
      if (document == null) {
        continue;
      }
      List<PairScore> passages = new ArrayList<>();
      for (int end = next + document.passages().size(); next < end; next++) {
        PairScore score = scores[next];
        if (score != null) {
          passages.add(score);
        }
      }
      if (passages.size() == document.passages().size()) {
        scored[i] = ScoredDocument.of(document, passages.toArray(PairScore[]::new), aggregate);
      }
    }
    return scored;
  }
}
