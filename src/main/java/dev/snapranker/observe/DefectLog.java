package dev.snapranker.lambda;

/** What is logged of a failure that is ours, not the caller's. */
final class DefectLog {
  private DefectLog() {}

  /** Types and frames, never messages: those may quote a query or a document. */
  static String of(String requestId, Throwable defect) {
    StringBuilder log = new StringBuilder("request ").append(requestId).append(" failed");
    for (Throwable e = defect; e != null; e = e.getCause()) {
      log.append("\ncaused by ").append(e.getClass().getName());
      for (StackTraceElement frame : e.getStackTrace()) {
        log.append("\n  at ").append(frame);
      }
    }
    return log.append('\n').toString();
  }
}
