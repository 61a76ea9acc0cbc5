package dev.snapranker.api;

import java.util.List;

/**
 * The part of a call's work that other execution environments of the function did.
 *
 * @param slices how many slices of the work were sent to other environments
 * @param answered how many of them came back with scores
 * @param throttled how many invocations Lambda throttled
 * @param failed how many invocations failed for another reason
 * @param problems what made them fail, as codes without any text of the request; each once
 * @param slowestNanos the wall time of the slowest slice that came back
 */
public record FanOutUsage(
    int slices, int answered, int throttled, int failed, List<String> problems, long slowestNanos) {
  public FanOutUsage {
    problems = List.copyOf(problems);
  }
}
