package dev.snapranker.dev.bench;

import dev.snapranker.dev.cli.Measurement;
import dev.snapranker.model.Opened;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * Compares this product with other libraries that have the same weights. A library that fails gets
 * a line instead of a row, and the others go on.
 */
final class PeersBench {
  private final Peers own;
  private final List<Peer> others;
  private final List<BenchRequest> requests;
  private final Rounds rounds;

  PeersBench(Peers own, List<Peer> others, List<BenchRequest> requests, Rounds rounds) {
    this.own = own;
    this.others = others;
    this.requests = requests;
    this.rounds = rounds;
  }

  void report(PrintWriter out) {
    try (Opened opened = new Opened()) {
      HandlerContestant snapranker = own.own(opened);
      List<Contestant> contestants = new ArrayList<>(List.of(snapranker, own.ownOnStock(opened)));
      for (Peer other : others) {
        try {
          contestants.add(opened.add(WorkerContestant.start(other)));
        } catch (ContestantFailure e) {
          out.println(e.getMessage());
        }
      }
      List<double[]> expected = scores(own.reference(opened));
      Map<Contestant, Agreement> agreements = new LinkedHashMap<>();
      for (Contestant contestant : contestants) {
        try {
          agreements.put(contestant, Agreement.of(scores(contestant), expected));
        } catch (ContestantFailure e) {
          out.println(e.getMessage());
        }
      }
      long tokens = requests.stream().mapToLong(snapranker::tokens).sum();
      SequencedMap<Contestant, Measurement> times =
          rounds.measure(
              agreements.keySet(), requests, failure -> out.println(failure.getMessage()));
      TimesReport.heading(requests, tokens, rounds, out);
      print(times, agreements, out);
    }
  }

  private List<double[]> scores(Contestant contestant) {
    return requests.stream().map(request -> contestant.rank(request).read()).toList();
  }

  private static void print(
      SequencedMap<Contestant, Measurement> times,
      Map<Contestant, Agreement> agreements,
      PrintWriter out) {
    double own = times.firstEntry().getValue().percentileMillis(0.5);
    out.printf(
        "%-38s %10s %10s %10s %8s %10s %8s%n",
        "", "p50 ms", "p99 ms", "CPU ms", "times", "Spearman", "top 10");
    times.forEach((contestant, measured) -> {
      double median = measured.percentileMillis(0.5);
      Agreement agreement = Objects.requireNonNull(agreements.get(contestant));
      out.printf(
          "%-38s %10.1f %10.1f %10.1f %8.2f %10.4f %7.1f%%%n",
          measured.name(),
          median,
          measured.percentileMillis(0.99),
          measured.meanCpuMillis(),
          median / own,
          agreement.spearman(),
          100 * agreement.top10());
    });
    out.println(
        "times: the row's median over snapranker's. Spearman, top 10: agreement with the same weights"
            + " in fp32, averaged over the requests.");
  }
}
