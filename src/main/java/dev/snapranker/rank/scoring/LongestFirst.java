package dev.snapranker.rank.scoring;

import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Reads all documents, then scores them, longest passage first, so that the short ones at the end
 * keep all threads busy until the last moment. It stops when what is left might not fit into the
 * time; {@link BestFirst} goes on from there.
 */
final class LongestFirst {
  /**
   * Reading ahead may take 1 / 4 of the time left, because it may read documents that there is no
   * time to score.
   */
  private static final int READING_SHARE = 4;

  private final Model model;
  private final ScoringPool pool;
  private final Budget budget;

  LongestFirst(Model model, ScoringPool pool, Budget budget) {
    this.model = model;
    this.pool = pool;
    this.budget = budget;
  }

  private record PassageRef(int document, int passage, int tokens) {}

  /** Scores documents, all of them unless time gets short. */
  void score(StageDocuments documents) {
    if (!readAll(documents)) {
      return;
    }
    List<PassageRef> places = longestFirst(documents);
    AtomicLong left = new AtomicLong(places.stream().mapToLong(PassageRef::tokens).sum());
    pool.forEachWhile(
        places.size(),
        i -> {
          PassageRef place = places.get(i);
          if (!isPlentyFor(left.getAndAdd(-place.tokens))
              || !budget.allows(model.estimateNanos(place.tokens))) {
            return false;
          }
          documents.score(place.document, place.passage);
          return true;
        });
  }

  /** Reads documents in their order; false if it stopped because those read fill the time. */
  private boolean readAll(StageDocuments documents) {
    long scoringNanos = budget.remainingNanos() - budget.remainingNanos() / READING_SHARE;
    AtomicLong tokens = new AtomicLong();
    pool.forEachWhile(
        documents.count(),
        i -> {
          if (budget.remainingNanos() < scoringNanos || !isPlentyFor(tokens.get())) {
            return false;
          }
          documents.read(i);
          tokens.addAndGet(documents.tokensLeft(i));
          return true;
        });
    documents.check();
    return documents.areRead();
  }

  /**
   * Whether scoring these tokens would end long before time runs out; false while no pace is known.
   */
  private boolean isPlentyFor(long tokens) {
    return model.pace().isKnown() && budget.allowsAll(model.estimateNanos(tokens), pool.requests());
  }

  private static List<PassageRef> longestFirst(StageDocuments documents) {
    List<PassageRef> places = new ArrayList<>();
    IntStream.range(0, documents.count())
        .forEach(i ->
            IntStream.range(0, documents.passages(i))
                .forEach(passage ->
                    places.add(new PassageRef(i, passage, documents.tokens(i, passage)))));
    places.sort(Comparator.comparingInt(place -> -place.tokens)); // stable
    return places;
  }
}
