package dev.snapranker.dev.cli;

/** The command line's exit codes. */
public final class ExitCode {
  public static final int RANKED = 0;

  /**
   * The model, the native libraries or the settings cannot be used, or the program has a defect.
   */
  public static final int NOT_STARTED = 1;

  /** The command line is wrong, or a file that it names cannot be read or written. */
  public static final int USAGE = 2;

  /** There is no JDK, or the build failed. Only the launcher uses this code. */
  public static final int NOT_BUILT = 3;

  /** The handler refused the request; the reply says why. */
  public static final int REFUSED = 4;

  private ExitCode() {}
}
