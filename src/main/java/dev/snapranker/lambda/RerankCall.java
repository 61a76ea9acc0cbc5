package dev.snapranker.lambda;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.Plan;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.boot.Settings;
import dev.snapranker.rank.Reranker;
import dev.snapranker.wire.Exchange;
import dev.snapranker.wire.HttpReply;
import java.util.Objects;
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
    RerankRequest request = exchange.read(); // first: the body may decide how a refusal is told
    if (!permits.tryAcquire()) {
      throw new RerankException(
          Reason.OVERLOADED,
          "%d requests are in work, which is the limit; try again"
              .formatted(settings.maxConcurrentRequests()));
    }
    try {
      invocation.parsed();
      Deadline deadline = invocation.deadline(budgetMillis(request.options().plan()));
      Ranking ranking = reranker.rank(request, deadline);
      return exchange.reply(request, ranking, invocation.ranked(ranking));
    } finally {
      permits.release();
    }
  }

  /** The function's own budget is not for those who could not tell what it left out. */
  private int budgetMillis(Plan plan) {
    return Objects.requireNonNullElse(
        plan.budgetMillis(), plan.partial() ? settings.budgetMillis() : 0);
  }
}
