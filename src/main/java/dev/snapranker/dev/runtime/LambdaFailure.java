package dev.snapranker.dev.runtime;

/** The function failed in one of its phases. */
final class LambdaFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String phase;

  /**
   * @param phase {@code init}, {@code restore} or {@code invoke}; {@code exit} if the process
   *     exited without a report
   * @param report the runtime's report
   */
  LambdaFailure(String phase, String report) {
    super("the function failed in " + phase + ": " + report);
    this.phase = phase;
  }

  String phase() {
    return phase;
  }
}
