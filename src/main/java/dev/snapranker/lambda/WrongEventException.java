package dev.snapranker.lambda;

import dev.snapranker.wire.event.Event;

/**
 * The event of another service is not a request. The exception fails the invocation, so that the
 * sender keeps the event: a queue would treat a reply as a success and delete its messages.
 */
final class WrongEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongEventException(Event.Foreign event) {
    // No stack trace, because Lambda would log it, and it would not help anybody.
    super(
        ("the function received %s; expected a rerank request, as a direct invoke or from API"
                + " Gateway, a Function URL, an Application Load Balancer or VPC Lattice. Remove this"
                + " trigger, or put a function between them that sends requests")
            .formatted(event.what()),
        null,
        false,
        false);
  }
}
