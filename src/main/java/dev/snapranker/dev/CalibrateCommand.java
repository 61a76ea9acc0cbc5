package dev.snapranker.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.lambda.RerankHandler;
import dev.snapranker.model.Calibration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
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

/** Fits what makes a model's scores probabilities, and says how much nearer they come. */
@Command(
    name = "calibrate",
    description = {
      "Fit a calibration on a judged test collection, so that half of what scores 0.5 is relevant.",
      "Documents without a judgement count as not relevant, as everywhere."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CalibrateCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();

  @Option(
      names = "--collection",
      required = true,
      paramLabel = "DIR",
      description = "corpus.jsonl[.gz], queries.jsonl[.gz] and qrels.tsv[.gz]")
  private Path directory;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "FILE",
      description = "the first stage's run in TREC's format, .gz or not")
  private Path file;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "a bundle in model-layer/models (default: the one of local runs)")
  private @Nullable String model;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      defaultValue = "platt",
      description =
          "platt (two numbers) or isotonic (steps; needs more judgements) (default:"
              + " ${DEFAULT-VALUE})")
  private String method;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "100",
      description = "how many of a query's documents are scored (default: ${DEFAULT-VALUE})")
  private int top;

  @Option(
      names = "--folds",
      paramLabel = "N",
      defaultValue = "5",
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
    if (top < 1) {
      throw new UsageException("--top is " + top + "; expected 1 or more");
    }
    List<JudgedLogit> pairs = score();
    CalibrationQuality before =
        CalibrationQuality.of(pairs, pairs.stream().mapToDouble(JudgedLogit::score).toArray());
    long queries = pairs.stream().map(JudgedLogit::query).distinct().count();
    if (folds < 2 || folds > queries) {
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
    TestCollection collection = TestCollection.read(directory);
    TrecRun run = TrecRun.read(file);
    List<JudgedLogit> pairs = new ArrayList<>();
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("MAX_CANDIDATES", Integer.toString(Math.max(top, 1000)));
    environment.put("MAX_CANDIDATE_CHARS", Integer.toString(6 << 20));
    if (model != null) {
      Path bundle = Main.home().resolve("model-layer").resolve("models").resolve(model);
      environment.put("MODEL_DIR", bundle.toString());
    }
    List<String> queries =
        run.hits().keySet().stream().filter(collection.grades()::containsKey).toList();
    if (queries.isEmpty()) {
      throw new UsageException(file + " and qrels.tsv have no query in common");
    }
    try (RerankHandler handler =
        new RerankHandler(LocalEnvironment.settings(Main.home(), environment))) {
      Invoker invoker = new Invoker(handler, Duration.ofMinutes(15)); // Lambda's most
      ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), queries.size());
      for (String query : queries) {
        Map<String, Integer> grades = collection.grades().getOrDefault(query, Map.of());
        for (JsonNode result : rank(invoker, collection, query, run.of(query))) {
          boolean relevant = grades.getOrDefault(result.path("id").asText(), 0) > 0;
          pairs.add(
              new JudgedLogit(
                  query,
                  result.path("logit").asDouble(),
                  result.path("score").asDouble(),
                  relevant));
        }
        progress.step();
      }
    }
    return pairs;
  }

  private JsonNode rank(
      Invoker invoker, TestCollection collection, String query, List<TrecRun.Hit> hits)
      throws IOException {
    ObjectNode request =
        MAPPER.createObjectNode().put("query", text(collection.queries(), query, "queries.jsonl"));
    ArrayNode candidates = request.putArray("candidates");
    for (TrecRun.Hit hit : hits.subList(0, Math.min(top, hits.size()))) {
      candidates
          .addObject()
          .put("id", hit.document())
          .put("text", text(collection.documents(), hit.document(), "the corpus"));
    }
    JsonNode reply = MAPPER.readTree(invoker.invoke(MAPPER.writeValueAsBytes(request)));
    if (reply.has("error")) {
      throw new UsageException(
          "query %s is refused: %s".formatted(query, reply.at("/error/message").asText()));
    }
    return reply.path("results");
  }

  private static String text(Map<String, String> texts, String id, String where) {
    String text = texts.get(id);
    if (text == null) {
      throw new UsageException("the run names " + id + ", which " + where + " does not have");
    }
    return text;
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
