package dev.snapranker.observe;

/** The log entry for a failure of the function, not of its caller. */
public final class DefectLog {
  private DefectLog() {}

  /**
   * Types and frames, never messages: those may quote a query or a document.
   *
   * @param what failed, for example {@code request 1234}
   */
  public static String of(String what, Throwable defect) {
    StringBuilder log = new StringBuilder(what).append(" failed");
    for (Throwable e = defect; e != null; e = e.getCause()) {
      log.append("\ncaused by ").append(e.getClass().getName());
      for (StackTraceElement frame : e.getStackTrace()) {
        log.append("\n  at ").append(frame);
      }
    }
    return log.append('\n').toString();
  }
}
