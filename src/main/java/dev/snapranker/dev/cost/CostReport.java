package dev.snapranker.dev.cost;

import dev.snapranker.api.Counted;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** Prints what requests take and cost in Lambda, as a range, and on what each figure stands. */
public final class CostReport {
  private static final long[] MONTHS = {10_000, 1_000_000, 100_000_000};

  private final Host host;
  private final List<CpuTime> times;

  /** Those whose time is known, the slowest that Lambda may give first. */
  private final List<CpuTime> known;

  /**
   * @param host where the time was measured
   * @param cpuMillis of one request
   */
  public CostReport(Host host, double cpuMillis) {
    this.host = host;
    this.times = CpuTime.range(host.instructionSet(), cpuMillis);
    this.known = times.stream().filter(time -> time.millis() != null).toList();
  }

  public void print(PrintWriter out) {
    printTimes(out);
    printMemories(out);
    printMonths(out);
  }

  private void printTimes(PrintWriter out) {
    out.printf(
        "%nThis host: %s, %s, instruction set: %s.%n",
        host.processor(),
        Counted.of(host.processors(), "processor"),
        host.instructionSet().label());
    out.printf(
        "ONNX Runtime takes the best set that the processor has, and nothing can force another.%n");
    out.printf("Lambda promises AVX2 on x86_64 and no more, so plan with that row.%n%n");
    out.printf("%-22s %10s  %s%n", "instruction set", "CPU ms", "from");
    for (CpuTime time : times) {
      out.printf(
          "%-22s %10s  %s%n",
          time.instructionSet().label(),
          time.millis() == null ? "-" : number(time.millis(), 1),
          time.basis());
    }
  }

  private void printMemories(PrintWriter out) {
    out.printf(
        "%nOne request: ms and $ per million, calculated as CPU ms / vCPU at the prices of %s, %s%n%n",
        Price.REGION, Price.DATE);
    StringBuilder head = new StringBuilder("%8s %6s".formatted("MB", "vCPU"));
    for (CpuTime time : known) {
      String label = time.instructionSet().label();
      head.append(" %12s %12s".formatted(label + " ms", label + " $"));
    }
    out.println(isArm() ? head : head.append(" %12s".formatted("arm64 $ (?)")));
    for (LambdaCost cost : LambdaCost.of(millis(known.getFirst()))) {
      StringBuilder row =
          new StringBuilder("%8s %6s".formatted(cost.megabytes(), number(cost.vcpus(), 2)));
      for (CpuTime time : known) {
        LambdaCost each = LambdaCost.of(cost.megabytes(), millis(time));
        row.append(
            " %12s %12s"
                .formatted(number(each.millis(), 0), number(each.dollarsPerMillion(price()), 2)));
      }
      String arm64 = number(cost.dollarsPerMillion(Price.LAMBDA_ARM64), 2);
      out.println(isArm() ? row : row.append(" %12s".formatted(arm64)));
    }
    if (!isArm()) {
      out.printf(
          "(?) if arm64 took the time of %s; it has not been measured%n",
          known.getFirst().instructionSet().label());
    }
  }

  private void printMonths(PrintWriter out) {
    LambdaCost cost = LambdaCost.of(LambdaCost.DEFAULT_MEGABYTES, millis(known.getFirst()));
    out.printf(
        "%n$ a month with the template's other defaults, %d MB, %s, no free tier (docs/cost.md)%n%n",
        LambdaCost.DEFAULT_MEGABYTES, known.getFirst().instructionSet().label());
    List<MonthlyCost> months =
        LongStream.of(MONTHS).mapToObj(requests -> new MonthlyCost(requests, cost)).toList();
    printMonth("requests", months, MonthlyCost::requests, 0, out);
    for (String item : months.getFirst().items(price()).keySet()) {
      printMonth(
          item, months, month -> Objects.requireNonNull(month.items(price()).get(item)), 2, out);
    }
    printMonth("together", months, month -> month.total(price()), 2, out);
  }

  private static void printMonth(
      String what,
      List<MonthlyCost> months,
      ToDoubleFunction<MonthlyCost> figure,
      int decimals,
      PrintWriter out) {
    StringBuilder row = new StringBuilder("%-16s".formatted(what));
    for (MonthlyCost month : months) {
      row.append(" %14s".formatted(number(figure.applyAsDouble(month), decimals)));
    }
    out.println(row);
  }

  private boolean isArm() {
    return host.instructionSet().isArm();
  }

  private Price price() {
    return isArm() ? Price.LAMBDA_ARM64 : Price.LAMBDA_X86_64;
  }

  private static double millis(CpuTime time) {
    return Objects.requireNonNull(time.millis());
  }

  /** 1,234.5 in every locale. */
  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
