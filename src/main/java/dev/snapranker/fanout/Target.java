package dev.snapranker.fanout;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The function that scores slices, which is this function.
 *
 * @param function the function's name
 * @param alias the alias that is invoked
 * @param endpoint the address of an Invoke API on this machine, which needs no credentials; null
 *     for Lambda's own
 */
public record Target(String function, String alias, @Nullable URI endpoint) {
  /** Nobody listens there, so each invocation fails at once. */
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

  /** The same function where no invocation arrives, for rehearsals. */
  Target nowhere() {
    return new Target(function, alias, NOWHERE);
  }
}
