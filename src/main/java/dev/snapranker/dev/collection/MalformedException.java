package dev.snapranker.dev.collection;

/** A line is not in the format of its file. The message says what was expected. */
final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedException(String message) {
    super(message);
  }
}
