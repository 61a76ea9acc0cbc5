package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.observe.Call;
import dev.snapranker.wire.Timings;
import org.jspecify.annotations.Nullable;

/**
 * One call from its arrival to its reply: until when it can be answered, whom to tell of a defect,
 * and what became of it. Used by one thread.
 */
final class Invocation {
  private final String requestId;
  private final Deadline deadline;
  private final Defects defects;
  private final long arrivedNanos = System.nanoTime();
  private String route = "direct";
  private long parseNanos;
  private @Nullable Ranking ranking;
  private @Nullable Reason failure;

  private Invocation(String requestId, Deadline deadline, Defects defects) {
    this.requestId = requestId;
    this.deadline = deadline;
    this.defects = defects;
  }

  /**
   * Lambda's call.
   *
   * @param marginMillis how long before Lambda's own deadline it gives up
   */
  static Invocation of(Context context, int marginMillis) {
    return new Invocation(
        context.getAwsRequestId(),
        Deadline.inMillis(context.getRemainingTimeInMillis() - marginMillis),
        Defects.logged(context));
  }

  /** A call of our own before the first caller's, whose defects must end the start. */
  static Invocation rehearsal(int millis) {
    return new Invocation("rehearsal", Deadline.inMillis(millis), Defects.thrown());
  }

  Deadline deadline() {
    return deadline;
  }

  void routed(String to) {
    route = to;
  }

  void parsed() {
    parseNanos = nanosSoFar();
  }

  Timings ranked(Ranking result) {
    ranking = result;
    return new Timings(parseNanos, nanosSoFar());
  }

  /** What the caller is told. */
  RerankException failed(RuntimeException e) {
    RerankException told = e instanceof RerankException known ? known : defects.report(e);
    failure = told.reason();
    return told;
  }

  /** The record of this call, at its end. */
  Call record(Call.Environment environment) {
    return new Call(requestId, route, environment, failure, ranking, parseNanos, nanosSoFar());
  }

  private long nanosSoFar() {
    return System.nanoTime() - arrivedNanos;
  }
}
