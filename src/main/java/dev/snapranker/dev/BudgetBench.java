package dev.snapranker.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** Time asked for against time used. */
final class BudgetBench {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final HandlerContestant handler;
  private final List<BenchRequest> posted;
  private final int rounds;

  BudgetBench(HandlerContestant handler, List<BenchRequest> posted, int rounds) {
    this.handler = handler;
    this.posted = posted;
    this.rounds = rounds;
  }

  void report(List<Integer> budgets, PrintWriter out) throws IOException {
    out.printf(
        "%nbudgets, from the event's bytes to the reply's, each %d times%n%-10s %10s %10s %10s %12s %8s%n",
        rounds * posted.size(),
        "budget ms",
        "p50 ms",
        "p99 ms",
        "most ms",
        "p99 over ms",
        "scored");
    for (int budget : budgets) {
      Measurement used = new Measurement("");
      double scored = 0;
      for (int round = 0; round < rounds; round++) {
        for (BenchRequest request : posted) {
          ObjectNode json = (ObjectNode) MAPPER.readTree(request.json());
          BenchRequest limited =
              new BenchRequest(
                  json.put("budget_ms", budget).toString(), request.query(), request.candidates());
          long started = System.nanoTime();
          JsonNode reply = handler.answer(limited);
          used.add(System.nanoTime() - started);
          JsonNode usage = reply.path("usage");
          scored += usage.path("scored").asDouble() / usage.path("candidates").asDouble();
        }
      }
      out.printf(
          "%-10d %10.1f %10.1f %10.1f %12.1f %7.0f%%%n",
          budget,
          used.percentileMillis(0.5),
          used.percentileMillis(0.99),
          used.percentileMillis(1),
          Math.max(0, used.percentileMillis(0.99) - budget),
          100 * scored / used.count());
    }
  }
}
