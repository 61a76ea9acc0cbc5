package dev.snapranker.dev.cli;

/** The command line names something that is not there or not readable. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UsageException(String message) {
    super(message);
  }
}
