package dev.snapranker.model;

/** A model bundle cannot be used. The message says which file is wrong, and what was expected. */
public final class InvalidBundleException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InvalidBundleException(String message) {
    super(message);
  }

  public InvalidBundleException(String message, Throwable cause) {
    super(message, cause);
  }
}
