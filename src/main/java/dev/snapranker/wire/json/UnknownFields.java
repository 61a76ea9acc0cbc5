package dev.snapranker.wire.json;

/** What becomes of a request's fields that its dialect does not know. Null is never unknown. */
public enum UnknownFields {
  /** The request is refused. */
  REFUSED,
  /** The request is answered without them, and its warnings name them. */
  IGNORED
}
