package dev.snapranker.dev.eval;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.api.Counted;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;

/**
 * What eval found: the first stage, and each way to rerank it. The second way and later ones are
 * compared with the first way, too.
 */
record EvalReport(JudgedRun judged, Evaluation firstStage, List<Reranked> ways) {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String AGAINST = "  against ";

  /** One way to rerank, and what it took. */
  record Reranked(Evaluation evaluation, Spending spending) {}

  private Evaluation firstWay() {
    return ways.getFirst().evaluation;
  }

  private boolean isFirst(Reranked way) {
    return ways.indexOf(way) == 0;
  }

  /** Prints a table. */
  void print(PrintWriter to) {
    to.printf(
        "%s of %s, up to %s each%n",
        Counted.of(judged.queries().size(), "query"),
        judged.name(),
        Counted.of(judged.top(), "document"));
    printRow(to, "", metric -> "%9s %8s %7s".formatted(metric.label(), "gain", "p"));
    printRow(
        to,
        firstStage.name(),
        metric -> "%9.4f %8s %7s".formatted(firstStage.mean(metric), "", ""));
    for (Reranked way : ways) {
      Evaluation evaluation = way.evaluation;
      printRow(
          to,
          evaluation.name(),
          metric ->
              "%9.4f %s".formatted(evaluation.mean(metric), gain(evaluation, firstStage, metric)));
      if (!isFirst(way)) {
        printRow(
            to,
            AGAINST + firstWay().name(),
            metric -> "%9s %s".formatted("", gain(evaluation, firstWay(), metric)));
      }
    }
    ways.forEach(way -> to.printf("%s: %s%n", way.evaluation.name(), way.spending));
  }

  private void printRow(PrintWriter to, String name, Cells cells) {
    StringBuilder row = new StringBuilder(("%-" + nameWidth() + "s").formatted(name));
    for (Metric metric : Metric.values()) {
      row.append("  ").append(cells.of(metric));
    }
    to.println(row.toString().stripTrailing());
  }

  private static String gain(Evaluation one, Evaluation other, Metric metric) {
    Evaluation.Gain gain = one.over(other, metric);
    return "%+8.4f %7.4f".formatted(gain.difference(), gain.p());
  }

  private int nameWidth() {
    Stream<String> names = ways.stream().map(way -> way.evaluation.name());
    return Stream.concat(Stream.of(firstStage.name(), AGAINST + firstWay().name()), names)
        .mapToInt(String::length)
        .max()
        .orElseThrow();
  }

  /** Prints a line of JSON for each way. */
  void printJson(PrintWriter to) {
    for (Reranked way : ways) {
      to.println(json(way));
    }
  }

  private ObjectNode json(Reranked way) {
    Evaluation evaluation = way.evaluation;
    ObjectNode line =
        MAPPER
            .createObjectNode()
            .put("name", evaluation.name())
            .put("collection", judged.name())
            .put("queries", judged.queries().size())
            .put("top", judged.top());
    way.spending.write(line);
    for (Metric metric : Metric.values()) {
      ObjectNode values =
          line.putObject(metric.label())
              .put("first_stage", firstStage.mean(metric))
              .put("reranked", evaluation.mean(metric))
              .put("p", evaluation.over(firstStage, metric).p());
      if (!isFirst(way)) {
        Evaluation.Gain gain = evaluation.over(firstWay(), metric);
        values
            .putObject("against")
            .put("name", firstWay().name())
            .put("gain", gain.difference())
            .put("p", gain.p());
      }
    }
    return line;
  }

  /** What a row has for a metric. */
  @FunctionalInterface
  private interface Cells {
    String of(Metric metric);
  }
}
