package dev.snapranker.dev.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.ProgressBar;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.dev.eval.CollectionReranker;
import dev.snapranker.dev.eval.JudgedRun;
import dev.snapranker.dev.eval.ModelOption;
import dev.snapranker.model.Calibration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fits a calibration, which turns logits into probabilities, and reports how much it helps. */
@Command(
    name = "calibrate",
    footer = "  ./snapranker calibrate --collection DIR --run DIR/bm25.run.gz --method platt",
    description = {
      "Fit a calibration on a judged test collection, so that half of what scores 0.5 is relevant.",
      "Documents without a judgement count as not relevant, as everywhere."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CalibrateCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Mixin private JudgedRun judged;

  @Mixin private ModelOption model;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      defaultValue = "platt",
      description =
          "platt (two numbers) or isotonic (steps; needs more judgements) (default:"
              + " ${DEFAULT-VALUE})")
  private String method;

  @Option(
      names = "--folds",
      paramLabel = "N",
      defaultValue = "5",
      converter = WholeNumber.Folds.class,
      description = "groups of queries for cross-validation (default: ${DEFAULT-VALUE})")
  private int folds;

  @Option(
      names = "--out",
      paramLabel = "PATH",
      description = "where the calibration goes: a file, or a bundle's folder, for its manifest")
  private @Nullable Path out;

  @Option(names = "--json", description = "print one line of JSON instead of a table")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CalibrationMethod by = method();
    if (out != null) {
      CalibrationFile.require(out, judged.files());
    }
    List<JudgedLogit> pairs;
    try (JudgedRun _ = judged) {
      judged.read(spec.commandLine().getErr());
      pairs = score();
    }
    CalibrationQuality before =
        CalibrationQuality.of(pairs, pairs.stream().mapToDouble(JudgedLogit::score).toArray());
    long queries = pairs.stream().map(JudgedLogit::query).distinct().count();
    if (folds > queries) {
      throw new UsageException(
          "--folds is %d; expected 2..%d, the number of queries".formatted(folds, queries));
    }
    CalibrationQuality after = by.crossValidated(pairs, folds);
    Calibration calibration = by.fit(pairs);
    if (out != null) {
      CalibrationFile.write(out, calibration);
    }
    report(queries, pairs, before, after, calibration);
    return ExitCode.RANKED;
  }

  private CalibrationMethod method() {
    return switch (method) {
      case "platt" -> CalibrationMethod.PLATT;
      case "isotonic" -> CalibrationMethod.ISOTONIC;
      default ->
          throw new UsageException("--method is '" + method + "'; expected platt or isotonic");
    };
  }

  private List<JudgedLogit> score() throws IOException {
    Map<String, String> environment = model.environment();
    environment.put("FUSION", "none");
    environment.put("BLANK_TEXTS", "refuse"); // a candidate without a logit teaches nothing
    List<JudgedLogit> pairs = new ArrayList<>();
    try (CollectionReranker reranker = judged.reranker(environment)) {
      ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), judged.queries().size());
      for (String query : judged.queries()) {
        Map<String, Integer> grades = judged.grades(query);
        JsonNode reply = reranker.rerank(query, judged.posted(query)).json();
        for (JsonNode result : reply.path("results")) {
          pairs.add(
              new JudgedLogit(
                  query,
                  result.path("logit").asDouble(),
                  result.path("score").asDouble(),
                  grades.getOrDefault(result.path("id").asText(), 0) > 0));
        }
        progress.step();
      }
    }
    return pairs;
  }

  private void report(
      long queries,
      List<JudgedLogit> pairs,
      CalibrationQuality before,
      CalibrationQuality after,
      Calibration calibration) {
    PrintWriter to = spec.commandLine().getOut();
    long relevant = pairs.stream().filter(JudgedLogit::relevant).count();
    JsonNode fitted = CalibrationFile.json(calibration);
    if (json) {
      ObjectNode line =
          MAPPER
              .createObjectNode()
              .put("queries", queries)
              .put("pairs", pairs.size())
              .put("relevant", relevant)
              .put("folds", folds);
      put(line.putObject("before"), before);
      put(line.putObject("cross_validated"), after);
      to.println(line.set("calibration", fitted));
      return;
    }
    to.printf(
        "%d queries, %d pairs, %d of them relevant; %d folds%n%-28s %10s %16s%n",
        queries, pairs.size(), relevant, folds, "", "before", "cross-validated");
    to.printf("%-28s %10.4f %16.4f%n", "log loss", before.logLoss(), after.logLoss());
    to.printf(
        "%-28s %10.4f %16.4f%n",
        "expected calibration error", before.expectedError(), after.expectedError());
    if (calibration instanceof Calibration.Platt) {
      to.println("\"calibration\": " + fitted);
    }
  }

  private static void put(ObjectNode to, CalibrationQuality quality) {
    to.put("log_loss", quality.logLoss()).put("expected_error", quality.expectedError());
  }
}
