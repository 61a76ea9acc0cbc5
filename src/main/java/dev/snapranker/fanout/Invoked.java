package dev.snapranker.fanout;

/** What became of an invocation. */
sealed interface Invoked {

  /** The function replied. */
  record Replied(String payload) implements Invoked {}

  /** Lambda had no environment for it. */
  record Throttled() implements Invoked {}

  /**
   * There is no reply.
   *
   * @param problem a code, without any text of the request
   */
  record Failed(String problem) implements Invoked {}
}
