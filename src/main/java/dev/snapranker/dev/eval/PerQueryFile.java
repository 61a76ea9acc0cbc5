package dev.snapranker.dev.eval;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.snapranker.dev.cli.OutputFile;
import java.nio.file.Path;
import java.util.List;

/**
 * A line for each query, way to rerank and metric: JSON, if the file's name ends in .jsonl, else
 * columns with tabs between them, and a header line.
 */
final class PerQueryFile {
  private static final JsonMapper MAPPER = new JsonMapper();

  private PerQueryFile() {}

  static void write(Path file, EvalReport report) {
    boolean json = file.toString().endsWith(".jsonl");
    StringBuilder lines = new StringBuilder();
    if (!json) {
      lines.append("query\tmodel\tmetric\tfirst_stage\treranked\n");
    }
    List<String> queries = report.judged().queries();
    for (int i = 0; i < queries.size(); i++) {
      for (EvalReport.Reranked way : report.ways()) {
        for (Metric metric : Metric.values()) {
          Line line =
              new Line(
                  queries.get(i),
                  way.evaluation().name(),
                  metric.label(),
                  report.firstStage().of(metric)[i],
                  way.evaluation().of(metric)[i]);
          lines.append(json ? line.json() : line.columns()).append('\n');
        }
      }
    }
    OutputFile.write(file, lines.toString());
  }

  private record Line(
      String query, String model, String metric, double firstStage, double reranked) {
    String json() {
      return MAPPER
          .createObjectNode()
          .put("query", query)
          .put("model", model)
          .put("metric", metric)
          .put("first_stage", firstStage)
          .put("reranked", reranked)
          .toString();
    }

    /** With four decimals, as trec_eval prints them. */
    String columns() {
      return "%s\t%s\t%s\t%.4f\t%.4f".formatted(query, model, metric, firstStage, reranked);
    }
  }
}
