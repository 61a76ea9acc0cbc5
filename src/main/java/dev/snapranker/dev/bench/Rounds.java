package dev.snapranker.dev.bench;

import dev.snapranker.dev.cli.Measurement;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * How often all requests are ranked.
 *
 * @param warmup rounds that do not count
 */
record Rounds(int warmup, int counted) {

  /**
   * Lets the contestants rank all requests in turn, round by round.
   *
   * @param failures hears of each contestant that cannot go on
   * @return the times of those that could, in their order
   */
  SequencedMap<Contestant, Measurement> measure(
      Collection<? extends Contestant> contestants,
      List<BenchRequest> requests,
      Consumer<ContestantFailure> failures) {
    SequencedMap<Contestant, Measurement> times = new LinkedHashMap<>();
    contestants.forEach(each -> times.put(each, new Measurement(each.name())));
    for (int round = -warmup; round < counted; round++) {
      for (Map.Entry<Contestant, Measurement> each : List.copyOf(times.entrySet())) {
        try {
          rankAll(requests, each.getKey(), round < 0 ? new Measurement("") : each.getValue());
        } catch (ContestantFailure e) {
          times.remove(each.getKey());
          failures.accept(e);
        }
      }
    }
    return times;
  }

  private static void rankAll(
      List<BenchRequest> requests, Contestant contestant, Measurement times) {
    for (BenchRequest request : requests) {
      long started = System.nanoTime();
      long startedCpu = contestant.cpuNanos();
      contestant.rank(request);
      long nanos = System.nanoTime() - started;
      times.add(nanos, contestant.cpuNanos() - startedCpu);
    }
  }
}
