package dev.snapranker.observe;

import java.util.Set;

/**
 * Which figures of a record CloudWatch makes metrics of. All figures are in the log line anyway;
 * each metric costs money every month, once for each of its dimension sets.
 */
public enum Metrics {
  /** The two error counts, for each service. */
  FEW,

  /** Every figure, for each service, model and reason. */
  ALL;

  /** What an alarm needs and Lambda does not count by itself. */
  private static final Set<String> ERRORS = Set.of("ClientErrors", "ServerErrors");

  /** From {@code few} or {@code all}. */
  public static Metrics parse(String name) {
    return switch (name) {
      case "few" -> FEW;
      case "all" -> ALL;
      default ->
          throw new IllegalArgumentException(
              "'%s' is no choice of metrics; expected few or all".formatted(name));
    };
  }

  boolean include(String figure) {
    return switch (this) {
      case FEW -> ERRORS.contains(figure);
      case ALL -> true;
    };
  }
}
