package dev.snapranker.api;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A call that could not be answered: what was wrong, where, and what is allowed. */
public final class RerankException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final transient @Nullable FieldPath field;
  private final String problem;
  private final String advice;

  /** A failure without a field. */
  public RerankException(Reason reason, String problem) {
    this(reason, null, problem, "", problem);
  }

  /**
   * A failure of one field of the request; the message is {@code field + " " + problem}.
   *
   * @param problem a predicate, for example {@code is blank; expected some text}
   */
  public RerankException(Reason reason, String field, String problem) {
    this(reason, FieldPath.of(field), problem);
  }

  /** A failure of one value inside the request, for example {@code candidates[17].text}. */
  public RerankException(Reason reason, FieldPath field, String problem) {
    this(reason, field, problem, "", field + " " + problem);
  }

  /**
   * A failure of one value, with advice on what to do; the message is {@code field + " " + problem
   * + "; " + advice}. A dialect whose service has its own words for the problem keeps the advice.
   */
  public RerankException(Reason reason, FieldPath field, String problem, String advice) {
    this(reason, field, problem, advice, field + " " + problem + "; " + advice);
  }

  private RerankException(
      Reason reason, @Nullable FieldPath field, String problem, String advice, String message) {
    // No stack trace: this is an answer to the caller, not a defect.
    super(message, null, false, false);
    this.reason = reason;
    this.field = field;
    this.problem = problem;
    this.advice = advice;
  }

  public Reason reason() {
    return reason;
  }

  public @Nullable FieldPath field() {
    return field;
  }

  /**
   * What is allowed or what to do, as a clause of the message; empty if there is nothing to add.
   */
  public String advice() {
    return advice;
  }

  /** The message, which is never null. */
  public String explanation() {
    return String.valueOf(getMessage());
  }

  /** The same failure with the field name that the caller uses. */
  public RerankException renamed(UnaryOperator<FieldPath> names) {
    if (field == null) {
      return this;
    }
    FieldPath renamed = names.apply(field);
    return advice.isEmpty()
        ? new RerankException(reason, renamed, problem)
        : new RerankException(reason, renamed, problem, advice);
  }
}
