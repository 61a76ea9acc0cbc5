package dev.snapranker.lambda;

import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.boot.Settings;
import dev.snapranker.rank.Reranker;
import dev.snapranker.wire.Event;
import dev.snapranker.wire.HttpRequest;
import dev.snapranker.wire.NativeCall;
import dev.snapranker.wire.NativeJson;
import dev.snapranker.wire.StrictJson;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** One rerank call: JSON to request to ranking to JSON. */
final class RerankCall {
  private final Reranker reranker;
  private final NativeJson nativeJson;
  private final Settings settings;
  private final Semaphore permits;

  RerankCall(Reranker reranker, StrictJson strictJson, Settings settings) {
    this.reranker = reranker;
    this.nativeJson = new NativeJson(strictJson, settings.limits());
    this.settings = settings;
    this.permits = new Semaphore(settings.maxConcurrentRequests());
  }

  String reply(HttpRequest request, Arrival arrival) {
    return reply(() -> nativeJson.read(request), arrival);
  }

  String reply(Event.Direct event, Arrival arrival) {
    return reply(() -> nativeJson.read(event), arrival);
  }

  private String reply(Supplier<NativeCall> reader, Arrival arrival) {
    if (!permits.tryAcquire()) {
      throw new RerankException(
          Reason.OVERLOADED,
          "%d requests are in work, which is the limit; try again"
              .formatted(settings.maxConcurrentRequests()));
    }
    try {
      NativeCall call = reader.get();
      long parseNanos = arrival.nanosSince();
      Ranking ranking = reranker.rank(call.request(), arrival.deadline());
      return NativeJson.write(call, ranking, parseNanos, arrival.nanosSince());
    } finally {
      permits.release();
    }
  }
}
