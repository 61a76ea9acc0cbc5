package dev.snapranker.dev.bench;

import dev.snapranker.dev.cli.Measurement;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Opened;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares this product with other libraries that have the same weights. */
final class PeersBench {
  private final Peers peers;
  private final @Nullable Path python;
  private final Path file;
  private final List<BenchRequest> requests;
  private final Rounds rounds;

  /**
   * @param python the interpreter whose packages compete; null for none
   * @param file where the requests come from
   */
  PeersBench(
      Peers peers, @Nullable Path python, Path file, List<BenchRequest> requests, Rounds rounds) {
    this.peers = peers;
    this.python = python;
    this.file = file;
    this.requests = requests;
    this.rounds = rounds;
  }

  void report(PrintWriter out) throws IOException {
    try (Opened opened = new Opened()) {
      HandlerContestant own = peers.own(opened);
      List<Contestant> contestants = new ArrayList<>(List.of(own, peers.ownOnStock(opened)));
      contestants.addAll(peers.ofJava(opened, file, requests));
      if (python != null) {
        contestants.addAll(peers.ofPython(opened, python, file, requests));
      }
      List<double[]> expected = scores(peers.reference(opened));
      List<Contestant> able = new ArrayList<>();
      List<Agreement> agreements = new ArrayList<>();
      for (Contestant contestant : contestants) {
        try {
          Agreement agreement = Agreement.of(scores(contestant), expected);
          scores(contestant); // some fail only later, for want of memory
          agreements.add(agreement);
          able.add(contestant);
        } catch (UsageException e) {
          out.println(e.getMessage());
        }
      }
      long tokens = requests.stream().mapToLong(own::tokens).sum();
      List<Measurement> measurements = rounds.measure(able, requests);
      TimesReport.heading(requests, tokens, rounds, out);
      print(measurements, agreements, out);
    }
  }

  private List<double[]> scores(Contestant contestant) {
    return requests.stream().map(request -> contestant.rank(request).read()).toList();
  }

  private static void print(
      List<Measurement> measurements, List<Agreement> agreements, PrintWriter out) {
    double own = measurements.getFirst().percentileMillis(0.5);
    out.printf(
        "%-38s %10s %10s %10s %8s %10s %8s%n",
        "", "p50 ms", "p99 ms", "CPU ms", "times", "Spearman", "top 10");
    for (int i = 0; i < measurements.size(); i++) {
      Measurement measured = measurements.get(i);
      double median = measured.percentileMillis(0.5);
      out.printf(
          "%-38s %10.1f %10.1f %10.1f %8.2f %10.4f %7.1f%%%n",
          measured.name(),
          median,
          measured.percentileMillis(0.99),
          measured.meanCpuMillis(),
          median / own,
          agreements.get(i).spearman(),
          100 * agreements.get(i).top10());
    }
    out.println(
        "times: the row's median over snapranker's. Spearman, top 10: agreement with the same weights"
            + " in fp32, averaged over the requests.");
  }
}
