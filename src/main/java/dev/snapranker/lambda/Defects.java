package dev.snapranker.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;

/** What to do about a failure that is ours, not the caller's. */
@FunctionalInterface
interface Defects {

  /** What the caller is told. */
  RerankException report(RuntimeException defect);

  /**
   * Logs where it happened and tells the caller whom to ask. Types and frames are logged, never
   * messages: those may quote a query or a document.
   */
  static Defects logged(Context context) {
    return defect -> {
      StringBuilder log =
          new StringBuilder("request ").append(context.getAwsRequestId()).append(" failed");
      for (Throwable e = defect; e != null; e = e.getCause()) {
        log.append("\ncaused by ").append(e.getClass().getName());
        for (StackTraceElement frame : e.getStackTrace()) {
          log.append("\n  at ").append(frame);
        }
      }
      context.getLogger().log(log.append('\n').toString());
      return new RerankException(
          Reason.INTERNAL,
          "an error inside the function; its log has the place under request id "
              + context.getAwsRequestId());
    };
  }

  /** Lets it fly, for a start that must fail. */
  static Defects thrown() {
    return defect -> {
      throw defect;
    };
  }
}
