package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/** A call that could not be answered: what was wrong, where, and what is allowed. */
public final class RerankException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final @Nullable String field;

  public RerankException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * @param field the offending field as a path, for example {@code candidates[17].text}
   */
  public RerankException(Reason reason, String message, @Nullable String field) {
    // No stack trace: this is an answer to the caller, not a defect.
    super(message, null, false, false);
    this.reason = reason;
    this.field = field;
  }

  public Reason reason() {
    return reason;
  }

  public @Nullable String field() {
    return field;
  }

  /** The message that is there by construction (never null). */
  public String explanation() {
    return String.valueOf(getMessage());
  }
}
