package dev.snapranker.dev.bench;

import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.LocalEnvironment;
import dev.snapranker.dev.cli.Measurement;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.dev.cost.CostReport;
import dev.snapranker.dev.cost.Host;
import dev.snapranker.dev.runtime.LocalWorkers;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the handler, and its peers in the same run. */
@Command(
    name = "bench",
    footer = {"  ./snapranker bench --cost", "  ./snapranker bench --rounds 3 --budget 50,30%%"},
    description = {
      "Post a file of requests to the handler in this process and print median, p99 and tokens/s.",
      "With --peers, the same requests also go to other libraries with the same weights, in turn:"
          + " LangChain4j, DJL and, with --python, those of Python. docs/benchmarks.md says how."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--requests",
      paramLabel = "FILE",
      description = "a native request per line (default: events/bench-requests.jsonl)")
  private @Nullable Path requests;

  @Option(
      names = "--peers",
      paramLabel = "DIR",
      description =
          "a folder with bundle/, fp32/ and stock/ of one model: compare with other libraries")
  private @Nullable Path peers;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description = "a Python with the packages of benchmarks/requirements.txt, for --peers")
  private @Nullable Path python;

  @Option(
      names = "--warmup",
      defaultValue = "3",
      converter = Warmup.class,
      description = "rounds over the file that do not count (default: ${DEFAULT-VALUE})")
  private int warmup;

  @Option(
      names = "--rounds",
      defaultValue = "10",
      converter = WholeNumber.OneOrMore.class,
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
      converter = LocalWorkers.Count.class,
      description =
          "also score large requests in N more processes, as other execution environments of a Lambda"
              + " function would (default: 0)")
  private int fanOut;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (python != null && peers == null) {
      throw new UsageException("--python needs --peers");
    }
    if (peers != null && (cost || budgets != null || fanOut > 0)) {
      throw new UsageException("--peers takes no --cost, no --budget and no --fan-out");
    }
    Rounds measured = new Rounds(warmup, rounds);
    Path home = LocalEnvironment.home();
    Path file =
        requests == null ? home.resolve("events").resolve("bench-requests.jsonl") : requests;
    List<BenchRequest> posted = BenchRequest.read(file);
    PrintWriter out = spec.commandLine().getOut();
    if (peers != null) {
      Peers folder = new Peers(peers);
      List<Peer> others = new ArrayList<>(folder.ofJava(file));
      if (python != null) {
        others.addAll(folder.ofPython(python, file));
      }
      new PeersBench(folder, others, posted, measured).report(out);
      return ExitCode.RANKED;
    }
    Map<String, String> alone = new HashMap<>(System.getenv());
    alone.put("FAN_OUT_CANDIDATES", "0"); // it says when the contestant with --fan-out fans out
    try (Opened opened = new Opened()) {
      HandlerContestant own =
          opened.add(new HandlerContestant("snapranker", LocalEnvironment.settings(home, alone)));
      List<Contestant> contestants = new ArrayList<>(List.of(own));
      if (fanOut > 0) {
        LocalWorkers workers = opened.add(LocalWorkers.start(fanOut, System.getenv()));
        contestants.add(
            opened.add(
                new HandlerContestant(
                    "snapranker, fan-out " + fanOut,
                    LocalEnvironment.settings(home, workers.variables(System.getenv())))));
      }
      long tokens = posted.stream().mapToLong(own::tokens).sum();
      TimesReport.heading(posted, tokens, measured, out);
      SequencedMap<Contestant, Measurement> times =
          measured.measure(contestants, posted, failure -> out.println(failure.getMessage()));
      TimesReport.print(times.values(), tokens * rounds, out);
      if (cost) {
        new CostReport(Host.here(), times.firstEntry().getValue().meanCpuMillis()).print(out);
      }
      if (budgets != null) {
        new BudgetBench(own, posted, rounds).report(budgets, out);
      }
      return ExitCode.RANKED;
    }
  }

  private static final class Warmup extends WholeNumber {
    Warmup() {
      super(0, Integer.MAX_VALUE);
    }
  }
}
