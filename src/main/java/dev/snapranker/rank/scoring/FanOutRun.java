package dev.snapranker.rank.scoring;

import dev.snapranker.api.FanOutUsage;
import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * Scores a stage's documents here and in other environments at the same time. When this environment
 * has scored its own slice, it goes on with the slices that have not come back. So no slice can
 * make the answer later than if everything were scored here, and none can make it incomplete.
 */
final class FanOutRun {
  /** Reading may take 1 / 4 of the time left. */
  private static final int READING_SHARE = 4;

  private final FanOut fanOut;
  private final Model model;
  private final OpenQuery query;
  private final ScoringPool pool;
  private final Budget budget;
  private final FanOutTally tally = new FanOutTally();

  /**
   * @param query the stage's query, open at the model
   */
  FanOutRun(FanOut fanOut, Model model, OpenQuery query, ScoringPool pool, Budget budget) {
    this.fanOut = fanOut;
    this.model = model;
    this.query = query;
    this.pool = pool;
    this.budget = budget;
  }

  /** A slice that another environment scores. */
  private record Sent(StageDocuments documents, FutureTask<?> task) {
    boolean isLost() {
      return task.isDone() && !documents.areScored();
    }
  }

  /**
   * Scores the documents, as far as the time allows.
   *
   * @return the slices. If time ran out, the first documents of each slice are scored
   */
  List<StageDocuments> score(StageDocuments documents) {
    read(documents);
    documents.recall();
    List<List<Integer>> slices = cut(documents);
    List<Sent> sent = new ArrayList<>();
    try {
      for (List<Integer> slice : slices.subList(1, slices.size())) {
        sent.add(send(documents.part(slice)));
      }
      StageDocuments own = documents.part(slices.getFirst());
      scoreHere(own);
      sent.stream().filter(Sent::isLost).forEach(slice -> scoreHere(slice.documents));
      sent.forEach(slice -> scoreHere(slice.documents));
      sent.forEach(this::await); // if the time here was not enough
      List<StageDocuments> parts = new ArrayList<>(List.of(own));
      sent.forEach(slice -> parts.add(slice.documents));
      return parts;
    } finally {
      sent.forEach(slice -> slice.task.cancel(true));
    }
  }

  FanOutUsage usage() {
    return tally.usage();
  }

  private void read(StageDocuments documents) {
    long scoringNanos = budget.remainingNanos() - budget.remainingNanos() / READING_SHARE;
    pool.forEachWhile(
        documents.count(),
        i -> {
          if (budget.remainingNanos() < scoringNanos) {
            return false;
          }
          documents.read(i);
          return true;
        });
    documents.check();
  }

  /**
   * The positions of each slice's documents. Those that need no scoring, and those that there was
   * no time to read, belong to the first slice, which is scored here.
   */
  private List<List<Integer>> cut(StageDocuments documents) {
    List<Integer> open =
        IntStream.range(0, documents.count())
            .filter(i -> documents.isRead(i) && !documents.isScored(i))
            .boxed()
            .toList();
    List<List<Integer>> slices = new ArrayList<>();
    for (List<Integer> slice :
        fanOut.slicing().cut(open.stream().mapToLong(documents::workLeft).toArray())) {
      if (slices.isEmpty() || !slice.isEmpty()) {
        slices.add(slice.stream().map(open::get).toList());
      }
    }
    Set<Integer> leaving = new HashSet<>();
    slices.subList(1, slices.size()).forEach(leaving::addAll);
    slices.set(
        0,
        IntStream.range(0, documents.count()).filter(i -> !leaving.contains(i)).boxed().toList());
    return slices;
  }

  private Sent send(StageDocuments documents) {
    FutureTask<?> task = new FutureTask<>(() -> ask(documents), null);
    Thread.ofVirtual().name("slice").start(task);
    tally.addSlice();
    return new Sent(documents, task);
  }

  private void ask(StageDocuments documents) {
    List<PassageRef> passages = documents.unscored();
    if (passages.isEmpty()) {
      return; // they were scored here before this thread ran
    }
    Slice slice =
        new Slice(
            model,
            passages.stream()
                .map(each -> documents.all().get(each.document()).pair(each.passage()))
                .toList());
    long started = budget.clock().getAsLong();
    float[] logits = fanOut.elsewhere().score(slice, budget.deadline(), tally);
    if (logits != null) {
      tally.addAnswer(budget.clock().getAsLong() - started);
      for (int i = 0; i < logits.length; i++) {
        if (!Float.isNaN(logits[i])) {
          documents.accept(passages.get(i), logits[i]);
        }
      }
    }
  }

  /** Scores what has no logit yet. Does nothing if all documents have theirs. */
  private void scoreHere(StageDocuments documents) {
    new LongestFirst(query, pool, budget).score(documents);
    new BestFirst(query, pool, budget).score(documents);
  }

  private void await(Sent slice) {
    if (slice.documents.areScored()) {
      return;
    }
    try {
      slice.task.get(Math.max(0, budget.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Its documents stay without a score.
    } catch (ExecutionException e) {
      throw new IllegalStateException("a slice failed in this environment", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("ranking was interrupted", e);
    }
  }
}
