package dev.snapranker.dev.cli;

/** The command line is wrong, or names a file that cannot be read or written. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UsageException(String message) {
    super(message);
  }
}
