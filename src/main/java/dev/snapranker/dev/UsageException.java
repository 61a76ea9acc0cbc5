package dev.snapranker.dev;

/** The command line names something that is not there or not readable. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
