package dev.snapranker.lambda;

import dev.snapranker.wire.event.Event;

/**
 * An event that can never be a request. It fails the invocation, so that its sender keeps it: a
 * queue would take a reply for a success, and delete its messages.
 */
final class WrongEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongEventException(Event.Foreign event) {
    // No stack trace: Lambda would log it, and it helps nobody.
    super(
        ("the function got %s; expected a rerank request: as a direct invoke, or from API Gateway,"
                + " a Function URL, an Application Load Balancer or VPC Lattice. Remove this trigger,"
                + " or let a function in between send requests")
            .formatted(event.what()),
        null,
        false,
        false);
  }
}
