package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.observe.Call;
import dev.snapranker.observe.DefectLog;
import dev.snapranker.wire.dialect.Timings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call from its arrival to its reply: until when it can be answered, and what became of it.
 * Used by one thread.
 */
final class Invocation {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final String requestId;
  private final Deadline deadline;
  private final LambdaLogger logger;
  private final long arrivedNanos = System.nanoTime();
  private String route = "direct";
  private long parseNanos;
  private List<Ranking> rankings = List.of();
  private @Nullable Reason failure;
  private @Nullable RuntimeException defect;
  private @Nullable VirtualMachineError exhaustion;

  /**
   * @param millis until there is no use in a reply
   * @param logger where defects are told
   */
  Invocation(String requestId, int millis, LambdaLogger logger) {
    this.requestId = requestId;
    this.deadline = Deadline.inMillis(millis);
    this.logger = logger;
  }

  /**
   * Until when the ranking must be made.
   *
   * @param budgetMillis from the call's arrival on; 0 for as long as Lambda allows
   */
  Deadline deadline(int budgetMillis) {
    return budgetMillis == 0
        ? deadline
        : deadline.or(
            new Deadline(arrivedNanos + budgetMillis * NANOS_PER_MILLI, deadline.clock()));
  }

  void routed(String to) {
    route = to;
  }

  void parsed() {
    parseNanos = nanosSoFar();
  }

  /** Notes what was ranked: one ranking, or one for each of several requests. */
  Timings ranked(List<Ranking> results) {
    rankings = results;
    return new Timings(parseNanos, nanosSoFar());
  }

  /** What the caller is told. */
  RerankException failed(RuntimeException e) {
    RerankException told;
    if (e instanceof RerankException refusal) {
      told = refusal;
    } else {
      defect = e;
      logger.log(DefectLog.of("request " + requestId, e));
      told =
          new RerankException(
              Reason.INTERNAL,
              "an error inside the function; its log has the place under request id " + requestId);
    }
    failure = told.reason();
    return told;
  }

  /** What the caller is told when heap or stack did not suffice. */
  RerankException failed(VirtualMachineError e) {
    exhaustion = e; // logged after the reply, when what the request held is free again
    failure = Reason.OUT_OF_MEMORY;
    return outOfMemory();
  }

  static RerankException outOfMemory() {
    return new RerankException(
        Reason.OUT_OF_MEMORY,
        "the function ran out of memory; try again, and if that fails too, send fewer or shorter"
            + " documents");
  }

  /** What is wrong with the function, if the call showed something. */
  @Nullable RuntimeException defect() {
    return defect;
  }

  /** What was thrown when memory ran out, if it did. */
  @Nullable VirtualMachineError exhaustion() {
    return exhaustion;
  }

  /** The record of this call, at its end. */
  Call record(Call.Environment environment) {
    return new Call(requestId, route, environment, failure, rankings, parseNanos, nanosSoFar());
  }

  private long nanosSoFar() {
    return System.nanoTime() - arrivedNanos;
  }
}
