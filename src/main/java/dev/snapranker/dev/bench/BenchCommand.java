package dev.snapranker.dev.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.Measurement;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.runtime.LocalWorkers;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the handler, and a peer in the same run. */
@Command(
    name = "bench",
    footer = {"  ./snapranker bench --cost", "  ./snapranker bench --rounds 3 --budget 50,30%%"},
    description = {
      "Post a file of requests to the handler in this process and print median, p99 and tokens/s.",
      "With --stock, the same requests also go to LangChain4j's OnnxScoringModel and to this"
          + " handler on the same stock export (see model-layer/README.md)."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BenchCommand implements Callable<Integer> {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  @Option(
      names = "--requests",
      paramLabel = "FILE",
      description = "a native request per line (default: events/bench-requests.jsonl)")
  private @Nullable Path requests;

  @Option(
      names = "--stock",
      paramLabel = "DIR",
      description = "a bundle with a stock export of the same weights, for the peer")
  private @Nullable Path stock;

  @Option(
      names = "--warmup",
      defaultValue = "3",
      description = "rounds over the file that do not count (default: ${DEFAULT-VALUE})")
  private int warmup;

  @Option(
      names = "--rounds",
      defaultValue = "10",
      description = "rounds over the file that count (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--cost",
      description =
          "also calculate, from the processor time, what a request takes and costs in Lambda: a range"
              + " from AVX2 to what this host has, and the month's bill")
  private boolean cost;

  @Option(
      names = "--budget",
      split = ",",
      paramLabel = "BUDGET",
      converter = BenchBudget.Converter.class,
      description =
          "also ask for each of these budgets, in milliseconds (50) or of a request's own time"
              + " (30%%), and compare with the time used")
  private @Nullable List<BenchBudget> budgets;

  @Option(
      names = "--fan-out",
      paramLabel = "N",
      description =
          "also score large requests in N more processes, as other execution environments of a Lambda"
              + " function would (default: 0)")
  private int fanOut;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (fanOut < 0 || fanOut > LocalWorkers.MOST) {
      throw new UsageException(
          "--fan-out is %d; expected 0..%d".formatted(fanOut, LocalWorkers.MOST));
    }
    if (rounds < 1 || warmup < 0) {
      throw new UsageException("--rounds must be 1 or more, and --warmup 0 or more");
    }
    Path home = LocalEnvironment.home();
    List<BenchRequest> posted =
        BenchRequest.read(
            requests == null ? home.resolve("events").resolve("bench-requests.jsonl") : requests);
    List<Contestant> contestants = new ArrayList<>();
    try (Opened opened = new Opened()) {
      Map<String, String> alone = new HashMap<>(System.getenv());
      alone.put("FAN_OUT_CANDIDATES", "0"); // it says when the contestant with --fan-out fans out
      HandlerContestant own =
          new HandlerContestant("snapranker", LocalEnvironment.settings(home, alone));
      contestants.add(opened.add(own));
      long tokens = posted.stream().mapToLong(own::tokens).sum();
      if (fanOut > 0) {
        LocalWorkers workers = opened.add(LocalWorkers.start(fanOut, System.getenv()));
        contestants.add(
            opened.add(
                new HandlerContestant(
                    "snapranker, fan-out " + fanOut,
                    LocalEnvironment.settings(home, workers.variables(System.getenv())))));
      }
      if (stock != null) {
        Map<String, String> environment = new HashMap<>(alone);
        environment.put("MODEL_DIR", stock.toString());
        contestants.add(
            opened.add(
                new HandlerContestant(
                    "snapranker, stock export", LocalEnvironment.settings(home, environment))));
        contestants.add(opened.add(new LangChain4jContestant(stock)));
      }
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%d requests, %d candidates, %d tokens; %d warm-up and %d counted rounds, in turn%n",
          posted.size(),
          posted.stream().mapToInt(request -> request.candidates().size()).sum(),
          tokens,
          warmup,
          rounds);
      List<Measurement> measurements = measure(contestants, posted);
      report(measurements, tokens * rounds, out);
      if (cost) {
        new CostReport(Host.here(), measurements.getFirst().meanCpuMillis()).print(out);
      }
      if (budgets != null) {
        new BudgetBench(own, posted, rounds).report(budgets, out);
      }
      return ExitCode.RANKED;
    }
  }

  private List<Measurement> measure(List<Contestant> contestants, List<BenchRequest> posted) {
    List<Measurement> measurements =
        contestants.stream().map(contestant -> new Measurement(contestant.name())).toList();
    for (int round = -warmup; round < rounds; round++) {
      for (int c = 0; c < contestants.size(); c++) {
        for (BenchRequest request : posted) {
          long started = System.nanoTime();
          long startedCpu = SYSTEM.getProcessCpuTime();
          contestants.get(c).rank(request);
          long nanos = System.nanoTime() - started;
          if (round >= 0) {
            measurements.get(c).add(nanos, SYSTEM.getProcessCpuTime() - startedCpu);
          }
        }
      }
    }
    return measurements;
  }

  private static void report(List<Measurement> measurements, long tokens, PrintWriter out) {
    double slowest = measurements.getLast().percentileMillis(0.5);
    out.printf(
        "%-28s %10s %10s %10s %12s %8s%n", "", "p50 ms", "p99 ms", "CPU ms", "tokens/s", "ratio");
    for (Measurement measurement : measurements) {
      double median = measurement.percentileMillis(0.5);
      out.printf(
          "%-28s %10.1f %10.1f %10.1f %12.0f %7.2fx%n",
          measurement.name(),
          median,
          measurement.percentileMillis(0.99),
          measurement.meanCpuMillis(),
          tokens / measurement.seconds(),
          slowest / median);
    }
    if (measurements.size() > 1) {
      out.printf("ratio: median of %s over median of the row%n", measurements.getLast().name());
    }
  }
}
