package dev.snapranker.lambda;

import dev.snapranker.api.Plan;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.boot.Settings;
import dev.snapranker.rank.Reranker;
import dev.snapranker.wire.dialect.Asked;
import dev.snapranker.wire.dialect.Exchange;
import dev.snapranker.wire.dialect.Outcome;
import dev.snapranker.wire.event.HttpReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** One rerank call: JSON to request to ranking to JSON. */
final class RerankCall {
  private final Reranker reranker;
  private final Settings settings;
  private final Semaphore permits;

  RerankCall(Reranker reranker, Settings settings) {
    this.reranker = reranker;
    this.settings = settings;
    this.permits = new Semaphore(settings.maxConcurrentRequests());
  }

  HttpReply reply(Exchange exchange, Invocation invocation) {
    Asked asked = exchange.read(); // first: the body may decide how a refusal is told
    if (!permits.tryAcquire()) {
      throw new RerankException(
          Reason.OVERLOADED,
          "%d requests are in work, which is the limit; try again"
              .formatted(settings.maxConcurrentRequests()));
    }
    try {
      invocation.parsed();
      return switch (asked) {
        case Asked.One(RerankRequest request) -> {
          Ranking ranking = rank(request, invocation);
          yield exchange.reply(request, ranking, invocation.ranked(List.of(ranking)));
        }
        case Asked.Many(List<Asked.Entry> entries) -> {
          List<Outcome> outcomes = rank(entries, invocation);
          yield exchange.reply(outcomes, invocation.ranked(rankings(outcomes)));
        }
      };
    } finally {
      permits.release();
    }
  }

  private Ranking rank(RerankRequest request, Invocation invocation) {
    return reranker.rank(request, invocation.deadline(budgetMillis(request.options().plan())));
  }

  /** All at once: the scoring threads take a document of each in turn. */
  private List<Outcome> rank(List<Asked.Entry> entries, Invocation invocation) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Outcome>> outcomes = new ArrayList<>();
      for (Asked.Entry entry : entries) {
        outcomes.add(threads.submit(() -> outcome(entry, invocation)));
      }
      List<Outcome> all = new ArrayList<>();
      for (Future<Outcome> outcome : outcomes) {
        all.add(await(outcome, invocation));
      }
      return all;
    }
  }

  private Outcome outcome(Asked.Entry entry, Invocation invocation) {
    return switch (entry) {
      case Asked.Valid(RerankRequest request) -> {
        try {
          yield new Outcome.Ranked(request, rank(request, invocation));
        } catch (RerankException e) {
          yield new Outcome.Failed(e);
        }
      }
      case Asked.Refused(RerankException refusal) -> new Outcome.Failed(refusal);
    };
  }

  /** A defect is the function's, and so the call's, but the other entries have their answers. */
  private static Outcome await(Future<Outcome> outcome, Invocation invocation) {
    try {
      return outcome.get();
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case RuntimeException defect -> new Outcome.Failed(invocation.failed(defect));
        case OutOfMemoryError error -> new Outcome.Failed(invocation.failed(error));
        case StackOverflowError error -> new Outcome.Failed(invocation.failed(error));
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException("ranking failed", e);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("ranking was interrupted", e);
    }
  }

  private static List<Ranking> rankings(List<Outcome> outcomes) {
    List<Ranking> rankings = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Ranked ranked) {
        rankings.add(ranked.ranking());
      }
    }
    return rankings;
  }

  /** The function's own budget is not for those who could not tell what it left out. */
  private int budgetMillis(Plan plan) {
    return Objects.requireNonNullElse(
        plan.budgetMillis(), plan.partial() ? settings.budgetMillis() : 0);
  }
}
