package dev.snapranker.lambda;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Plan;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.boot.Settings;
import dev.snapranker.rank.Reranker;
import dev.snapranker.wire.dialect.Answer;
import dev.snapranker.wire.dialect.Outcome;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Ranks the requests of one call. */
final class RequestRanker {
  private final Reranker reranker;
  private final int functionBudgetMillis;

  RequestRanker(Reranker reranker, Settings settings) {
    this.reranker = reranker;
    this.functionBudgetMillis = settings.budgetMillis();
  }

  /** Ranks the requests, several at the same time. The answers are in the order of the requests. */
  List<Outcome<Answer>> rank(List<Outcome<RerankRequest>> requests, Invocation invocation) {
    List<FutureTask<Outcome<Answer>>> tasks =
        requests.stream()
            .map(request -> new FutureTask<>(() -> answer(request, invocation)))
            .toList();
    if (tasks.size() == 1) {
      tasks.getFirst().run(); // a single request needs no other thread
    } else {
      tasks.forEach(Thread::startVirtualThread);
    }
    return tasks.stream().map(task -> await(task, invocation)).toList();
  }

  private Outcome<Answer> answer(Outcome<RerankRequest> posted, Invocation invocation) {
    return Outcome.of(() -> {
      RerankRequest request = posted.orThrow();
      Deadline deadline = invocation.deadline(budgetMillis(request.options().plan()));
      return new Answer(request, reranker.rank(request, deadline));
    });
  }

  /** Waits for an answer. A defect refuses this request; the other requests get their answers. */
  private static Outcome<Answer> await(FutureTask<Outcome<Answer>> task, Invocation invocation) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case RuntimeException defect -> new Outcome.Refused<>(invocation.noteFailure(defect));
        case OutOfMemoryError error -> new Outcome.Refused<>(invocation.noteFailure(error));
        case StackOverflowError error -> new Outcome.Refused<>(invocation.noteFailure(error));
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException("ranking failed", e);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("ranking was interrupted", e);
    }
  }

  /**
   * The budget. The function's default is only for callers whose reply shows what was not scored.
   */
  private int budgetMillis(Plan plan) {
    return Objects.requireNonNullElse(
        plan.budgetMillis(), plan.partial() ? functionBudgetMillis : 0);
  }
}
