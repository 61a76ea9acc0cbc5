package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.observe.CallRecord;
import dev.snapranker.observe.DefectLog;
import dev.snapranker.wire.dialect.Answer;
import dev.snapranker.wire.dialect.Outcome;
import dev.snapranker.wire.dialect.Timings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call from its arrival to its reply: its deadline, and notes for its record. Not thread-safe.
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
   * @param millis the time until the reply is too late
   * @param logger the log for defects
   */
  Invocation(String requestId, int millis, LambdaLogger logger) {
    this.requestId = requestId;
    this.deadline = Deadline.inMillis(millis);
    this.logger = logger;
  }

  /**
   * The time by which the ranking must be ready.
   *
   * @param budgetMillis the time from the call's arrival; 0 for as long as Lambda allows
   */
  Deadline deadline(int budgetMillis) {
    return budgetMillis == 0
        ? deadline
        : deadline.or(
            new Deadline(arrivedNanos + budgetMillis * NANOS_PER_MILLI, deadline.clock()));
  }

  void noteRoute(String to) {
    route = to;
  }

  void noteParsed() {
    parseNanos = nanosSoFar();
  }

  /** Notes the rankings, and returns the times so far. */
  Timings noteRankings(List<Outcome<Answer>> answers) {
    rankings = new ArrayList<>();
    for (Outcome<Answer> outcome : answers) {
      if (outcome instanceof Outcome.Done<Answer>(Answer answer)) {
        rankings.add(answer.ranking());
      }
    }
    return new Timings(parseNanos, nanosSoFar());
  }

  /** Notes a failure, and returns the error for the caller. */
  RerankException noteFailure(Throwable e) {
    RerankException reported =
        switch (e) {
          case RerankException refusal -> refusal;
          case VirtualMachineError error -> {
            exhaustion = error; // logged after the reply, when the request's memory is free again
            yield outOfMemory();
          }
          case RuntimeException error -> {
            defect = error;
            log(error);
            yield new RerankException(
                Reason.INTERNAL,
                "internal error; the function's log has the details under request id " + requestId);
          }
          default -> throw new IllegalArgumentException("not a failure of a call", e);
        };
    failure = reported.reason();
    return reported;
  }

  /** Logs where the call failed, without any text of the request. */
  void log(Throwable e) {
    log("request " + requestId, e);
  }

  void log(String what, Throwable e) {
    logger.log(DefectLog.of(what, e));
  }

  static RerankException outOfMemory() {
    return new RerankException(
        Reason.OUT_OF_MEMORY,
        "the function ran out of memory; try again, and if that fails too, send fewer or shorter"
            + " documents");
  }

  /** The defect of the function, if one occurred in this call. */
  @Nullable RuntimeException defect() {
    return defect;
  }

  /** The error, if the call ran out of memory. */
  @Nullable VirtualMachineError exhaustion() {
    return exhaustion;
  }

  /** The record of the call for telemetry. */
  CallRecord record(CallRecord.Environment environment) {
    return new CallRecord(
        requestId, route, environment, failure, rankings, parseNanos, nanosSoFar());
  }

  private long nanosSoFar() {
    return System.nanoTime() - arrivedNanos;
  }
}
