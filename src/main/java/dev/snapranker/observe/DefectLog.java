package dev.snapranker.observe;

/** Formats the log entry for a defect of the function, as opposed to a mistake of its caller. */
public final class DefectLog {
  private DefectLog() {}

  /**
   * Formats the types and stack frames. Messages are left out, because they may quote a query or a
   * document.
   *
   * @param what what failed, for example {@code request 1234}
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
