package dev.snapranker.wire.dialect;

import dev.snapranker.api.RerankException;
import java.util.function.Supplier;

/** A value, or the refusal instead of it. */
public sealed interface Outcome<T> {

  record Done<T>(T value) implements Outcome<T> {}

  record Refused<T>(RerankException refusal) implements Outcome<T> {}

  /** Does the work, and turns a {@link RerankException} into a refusal. */
  static <T> Outcome<T> of(Supplier<T> work) {
    try {
      return new Done<>(work.get());
    } catch (RerankException e) {
      return new Refused<>(e);
    }
  }

  /** The value; throws the refusal if there is none. */
  default T orThrow() {
    return switch (this) {
      case Done<T>(T value) -> value;
      case Refused<T>(RerankException refusal) -> throw refusal;
    };
  }
}
