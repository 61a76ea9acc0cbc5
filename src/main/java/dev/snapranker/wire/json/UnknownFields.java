package dev.snapranker.wire.json;

/** How a dialect handles fields that it does not know. A field that is null counts as not sent. */
public enum UnknownFields {
  /** The request is refused. */
  REFUSED,
  /** The request is answered without them, and its warnings name them. */
  IGNORED
}
