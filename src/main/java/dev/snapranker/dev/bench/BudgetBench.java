package dev.snapranker.dev.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Counted;
import dev.snapranker.dev.cli.Measurement;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares budgets with the time used, and checks that the first stage's best candidates were
 * scored.
 */
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

  void report(List<BenchBudget> budgets, PrintWriter out) throws IOException {
    double[] fullMillis = fullMillis();
    out.printf(
        "%nbudgets, from the event's bytes to the reply's, each %s%n%-8s %8s %12s %12s %13s %7s %13s%n",
        Counted.of((long) rounds * posted.size(), "time"),
        "budget",
        "used ms",
        "over ms, p50",
        "over ms, p99",
        "over ms, most",
        "scored",
        "best scored");
    for (BenchBudget budget : budgets) {
      Measurement used = new Measurement("");
      Measurement over = new Measurement("");
      double scored = 0;
      int ordered = 0;
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < posted.size(); i++) {
          int millis = budget.millis(fullMillis[i]);
          ObjectNode json = (ObjectNode) MAPPER.readTree(posted.get(i).json());
          String limited = json.put("budget_ms", millis).toString();
          long started = System.nanoTime();
          JsonNode reply = handler.answer(posted.get(i).withJson(limited));
          long nanos = System.nanoTime() - started;
          used.add(nanos);
          over.add(Math.max(0, nanos - millis * 1_000_000L));
          JsonNode usage = reply.path("usage");
          scored += usage.path("scored").asDouble() / usage.path("candidates").asDouble();
          ordered += scoresTheBest(json, reply) ? 1 : 0;
        }
      }
      out.printf(
          "%-8s %8.1f %12.1f %12.1f %13.1f %5.0f %% %11.0f %%%n",
          budget,
          used.percentileMillis(0.5),
          over.percentileMillis(0.5),
          over.percentileMillis(0.99),
          over.percentileMillis(1),
          100 * scored / used.count(),
          100.0 * ordered / used.count());
    }
    out.println("best scored: replies whose scored texts are the first of the first stage's order");
  }

  /** The median time of each request without a budget, [requests]. */
  private double[] fullMillis() {
    double[] fullMillis = new double[posted.size()];
    for (int i = 0; i < fullMillis.length; i++) {
      Measurement full = new Measurement("");
      for (int round = 0; round < rounds; round++) {
        long started = System.nanoTime();
        handler.rank(posted.get(i));
        full.add(System.nanoTime() - started);
      }
      fullMillis[i] = full.percentileMillis(0.5);
    }
    return fullMillis;
  }

  /** Whether the scored texts are the first ones of the first stage's order. */
  private static boolean scoresTheBest(JsonNode request, JsonNode reply) {
    Set<Integer> unscored = new HashSet<>();
    for (JsonNode result : reply.path("results")) {
      if (!result.path("scored").asBoolean(true)) {
        unscored.add(result.path("index").asInt());
      }
    }
    JsonNode candidates = request.path("candidates");
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> -score(candidates.path(i)))); // stable
    Set<String> scored = new HashSet<>();
    boolean ended = false;
    for (int i : order) {
      boolean isScored = !unscored.contains(i);
      String text = candidates.path(i).path("text").asText(candidates.path(i).asText());
      if (isScored && ended && !scored.contains(text)) {
        return false;
      }
      ended |= !isScored;
      if (isScored) {
        scored.add(text);
      }
    }
    return true;
  }

  private static double score(JsonNode candidate) {
    return candidate.path("score").asDouble(Double.NEGATIVE_INFINITY);
  }
}
