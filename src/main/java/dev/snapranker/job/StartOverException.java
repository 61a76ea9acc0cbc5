package dev.snapranker.job;

/** What is kept of a shard's progress is of no use; the message says why. */
final class StartOverException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StartOverException(String why) {
    super(why);
  }
}
