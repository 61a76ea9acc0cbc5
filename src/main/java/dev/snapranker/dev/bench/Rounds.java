package dev.snapranker.dev.bench;

import dev.snapranker.dev.cli.Measurement;
import java.util.List;

/**
 * How often all requests are ranked.
 *
 * @param warmup rounds that do not count
 */
record Rounds(int warmup, int counted) {

  /** Lets the contestants rank all requests in turn, round by round. */
  List<Measurement> measure(List<? extends Contestant> contestants, List<BenchRequest> requests) {
    List<Measurement> measurements =
        contestants.stream().map(contestant -> new Measurement(contestant.name())).toList();
    for (int round = -warmup; round < counted; round++) {
      for (int c = 0; c < contestants.size(); c++) {
        Contestant contestant = contestants.get(c);
        for (BenchRequest request : requests) {
          long started = System.nanoTime();
          long startedCpu = contestant.cpuNanos();
          contestant.rank(request);
          long nanos = System.nanoTime() - started;
          if (round >= 0) {
            measurements.get(c).add(nanos, contestant.cpuNanos() - startedCpu);
          }
        }
      }
    }
    return measurements;
  }
}
