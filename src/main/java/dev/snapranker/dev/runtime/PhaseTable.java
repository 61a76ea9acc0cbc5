package dev.snapranker.dev.runtime;

import dev.snapranker.dev.cli.Measurement;
import java.io.PrintWriter;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Prints a line for each phase of a Lambda environment when the phase is over. */
final class PhaseTable {
  private static final String PRIMING = "priming";
  private static final String ROW = "%-10s %10s  %s%n";

  private final PrintWriter out;

  PhaseTable(PrintWriter out) {
    this.out = out;
    out.printf(ROW, "phase", "ms", "");
  }

  /**
   * Prints everything before the snapshot or the first event.
   *
   * @param parts the milliseconds of each part that the function reports, including priming
   */
  void start(double millis, Map<String, Double> parts) {
    if (parts.isEmpty()) {
      row("init", millis, "including priming; with metrics on, the function reports the parts");
      return;
    }
    double priming = parts.getOrDefault(PRIMING, 0.0);
    double ours = parts.values().stream().mapToDouble(Double::doubleValue).sum() - priming;
    String known =
        parts.entrySet().stream()
            .filter(part -> !part.getKey().equals(PRIMING))
            .map(part -> ", %s %.0f".formatted(part.getKey(), part.getValue()))
            .collect(Collectors.joining());
    double init = millis - priming;
    row("init", init, "JVM and runtime %.0f%s".formatted(init - ours, known));
    if (priming > 0) {
      row(PRIMING, priming, "rehearsed before the snapshot, which is not taken here");
    }
  }

  void restore(double millis) {
    row("restore", millis, "only the hook: no snapshot is loaded here");
  }

  void invoke(double firstMillis, int times, Measurement warm) {
    row("first", firstMillis, warm.name());
    if (times > 1) {
      double median = warm.percentileMillis(0.5);
      row(
          "warm",
          median,
          "median of %d more; the first took %.2f times that"
              .formatted(times - 1, firstMillis / median));
    }
  }

  /**
   * Prints what an event's calls have used.
   *
   * @param cpuMillis the processor time of a warm call, or of the first one if there is no other
   * @param peakBytes the most memory resident so far, with everything before this event; empty if
   *     the system does not say it
   */
  void use(double cpuMillis, OptionalLong peakBytes) {
    row("processor", cpuMillis, "per call, of all threads");
    peakBytes.ifPresent(bytes ->
        out.printf(
            ROW, "memory", "%,d MB".formatted(bytes / 1_000_000), "resident at the peak so far"));
  }

  private void row(String phase, double millis, String what) {
    out.printf(ROW, phase, "%,.1f".formatted(millis), what);
  }
}
