package dev.snapranker.dev.bench;

import dev.snapranker.api.Counted;
import dev.snapranker.dev.cli.Measurement;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;

/** Prints measured times. */
final class TimesReport {
  private TimesReport() {}

  /** Prints what was measured. */
  static void heading(List<BenchRequest> requests, long tokens, Rounds rounds, PrintWriter out) {
    out.printf(
        "%s, %s, %s; %d warm-up and %s, in turn%n",
        Counted.of(requests.size(), "request"),
        Counted.of(
            requests.stream().mapToInt(request -> request.candidates().size()).sum(), "candidate"),
        Counted.of(tokens, "token"),
        rounds.warmup(),
        Counted.of(rounds.counted(), "counted round"));
  }

  /**
   * Prints a row for each contestant.
   *
   * @param tokens of all counted requests
   */
  static void print(Collection<Measurement> measurements, long tokens, PrintWriter out) {
    out.printf("%-24s %10s %10s %10s %12s%n", "", "p50 ms", "p99 ms", "CPU ms", "tokens/s");
    for (Measurement measured : measurements) {
      out.printf(
          "%-24s %10.1f %10.1f %10.1f %12.0f%n",
          measured.name(),
          measured.percentileMillis(0.5),
          measured.percentileMillis(0.99),
          measured.meanCpuMillis(),
          tokens / measured.seconds());
    }
  }
}
