package dev.snapranker.dev.bench;

/** A contestant cannot go on; the others can. */
final class ContestantFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  ContestantFailure(String message) {
    super(message);
  }
}
