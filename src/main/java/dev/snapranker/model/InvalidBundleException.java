package dev.snapranker.model;

/** A model bundle that must not be used: which file, what was expected, what was found. */
public final class InvalidBundleException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InvalidBundleException(String message) {
    super(message);
  }

  public InvalidBundleException(String message, Throwable cause) {
    super(message, cause);
  }
}
