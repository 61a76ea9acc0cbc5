package dev.snapranker.dev.runtime;

/** The function failed, as Lambda would note it. */
final class LambdaFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String phase;

  /**
   * @param phase {@code init}, {@code restore}, {@code invoke}, or {@code exit} for a process that
   *     exited without a report
   * @param report what the runtime reported
   */
  LambdaFailure(String phase, String report) {
    super("the function failed in " + phase + ": " + report);
    this.phase = phase;
  }

  String phase() {
    return phase;
  }
}
