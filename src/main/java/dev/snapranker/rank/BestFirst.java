package dev.snapranker.rank;

import dev.snapranker.score.ScoringPool;
import dev.snapranker.text.EncodedDocument;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * For when time may run out: each document is read and scored in its turn, and none is started that
 * would not end in time.
 */
final class BestFirst {
  private final Model model;
  private final ScoringPool pool;
  private final Budget budget;

  BestFirst(Model model, ScoringPool pool, Budget budget) {
    this.model = model;
    this.pool = pool;
    this.budget = budget;
  }

  /** Scores the first of {@code hits}, as many as time allows. */
  Scoring score(Reading reading, List<Hit> hits) {
    long started = System.nanoTime();
    @Nullable ScoredDocument[] documents = new @Nullable ScoredDocument[hits.size()];
    LongAdder readNanos = new LongAdder(); // of all threads
    AtomicInteger scored = new AtomicInteger();
    pool.forEachWhile(
        documents.length,
        i -> {
          if (budget.over()) {
            return false;
          }
          long begun = System.nanoTime();
          int index = hits.get(i).index();
          EncodedDocument document = reading.document(index);
          reading.check(index, document);
          readNanos.add(System.nanoTime() - begun);
          if (!budget.allows(model.pace().estimateNanos(document.tokens()))) {
            if (scored.get() == 0) {
              model.pace().doubt();
            }
            return false;
          }
          documents[i] = model.score(document, reading.aggregate());
          scored.incrementAndGet();
          return true;
        });
    long tokenizeNanos = readNanos.sum() / budget.threads();
    return new Scoring(
        documents, tokenizeNanos, Math.max(0, System.nanoTime() - started - tokenizeNanos));
  }
}
