package dev.snapranker.dev.cli;

/** What the command line's exit codes mean. */
public final class ExitCode {
  public static final int RANKED = 0;

  /** The model, the natives or the settings are not usable, or the program is at fault. */
  public static final int NOT_STARTED = 1;

  /** The command line itself is wrong, or a file it names cannot be read or written. */
  public static final int USAGE = 2;

  /** No JDK, or the build failed; given by the launcher. */
  public static final int NOT_BUILT = 3;

  /** The handler refused the request; the reply says why. */
  public static final int REFUSED = 4;

  private ExitCode() {}
}
