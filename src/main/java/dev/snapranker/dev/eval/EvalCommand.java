package dev.snapranker.dev.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.boot.Settings;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.OutputFile;
import dev.snapranker.dev.cli.ProgressBar;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.dev.collection.Hit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reranks a first stage's run on a test collection, and reports what that gains. */
@Command(
    name = "eval",
    footer = {
      "  ./snapranker eval --collection events/sample --run events/sample/bm25.run",
      "  ./snapranker eval --collection cisi --run bm25.run --model snap-base,snap-tiny"
    },
    description = {
      "Rerank a first stage's run on a test collection and compare both with the judgements.",
      "A query's documents go through the handler as a request's candidates do."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EvalCommand implements Callable<Integer> {
  /** Queries that are ranked once before any counts. */
  private static final int WARM_UP = 5;

  @Mixin private JudgedRun judged;

  @Option(
      names = "--model",
      split = ",",
      paramLabel = "ID",
      description =
          "a bundle in model-layer/models (default: the one of local runs); several are compared"
              + " with the first one. Example: --model snap-base,snap-tiny")
  private List<String> models = List.of();

  @Option(
      names = "--stages",
      paramLabel = "STAGES",
      description =
          "as the setting STAGES, of the bundles in model-layer/models (or MODEL_DIR):"
              + " snap-tiny:30,large")
  private @Nullable String stages;

  @Option(
      names = "--fusion",
      paramLabel = "FUSION",
      description = "as the setting FUSION. Example: --fusion rrf")
  private @Nullable String fusion;

  @Option(
      names = "--fusion-file",
      paramLabel = "FILE",
      description = "weights that fit-fusion wrote, for --fusion learned")
  private @Nullable Path fusionFile;

  @Option(
      names = "--budget-ms",
      paramLabel = "MS",
      converter = Budget.class,
      description = "as the setting BUDGET_MS")
  private @Nullable Integer budgetMillis;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "what plot calls it (default: made of the options above)")
  private @Nullable String name;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "where the reranked run goes. Example: --out reranked.run")
  private @Nullable Path out;

  @Option(
      names = "--per-query",
      paramLabel = "FILE",
      description =
          "where each query's metrics go: JSON lines if the name ends in .jsonl, else columns with"
              + " tabs. Example: --per-query queries.tsv")
  private @Nullable Path perQuery;

  @Option(names = "--json", description = "print lines of JSON instead of a table")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<Way> ways = ways();
    requireOutputs();
    try (JudgedRun _ = judged) {
      judged.read(spec.commandLine().getErr());
      List<EvalReport.Reranked> results = new ArrayList<>();
      for (Way way : ways) {
        results.add(rerank(way));
      }
      Evaluation firstStage = Evaluation.of("first stage", judged.run(), judged);
      EvalReport report = new EvalReport(judged, firstStage, results);
      if (perQuery != null) {
        PerQueryFile.write(perQuery, report);
      }
      if (json) {
        report.printJson(spec.commandLine().getOut());
      } else {
        report.print(spec.commandLine().getOut());
      }
    }
    return ExitCode.RANKED;
  }

  private void requireOutputs() {
    if (out == null && perQuery == null) {
      return;
    }
    List<Path> inputs = new ArrayList<>(judged.files());
    if (fusionFile != null) {
      inputs.add(fusionFile);
    }
    if (out != null) {
      OutputFile.require(out, inputs);
    }
    if (perQuery != null) {
      OutputFile.require(perQuery, inputs);
    }
    if (out != null && perQuery != null && OutputFile.areSame(out, perQuery)) {
      throw new UsageException("--out and --per-query are the same file; expected two");
    }
  }

  /** The ways to rerank: one for each model. */
  private List<Way> ways() {
    if (name != null && name.isBlank()) {
      throw new UsageException("--name is blank; expected some text, which plot shows");
    }
    if (models.size() < 2) {
      @Nullable String model = models.isEmpty() ? null : models.getFirst();
      return List.of(new Way(name != null ? name : label(model), environment(model)));
    }
    String single =
        stages != null ? "--stages" : name != null ? "--name" : out != null ? "--out" : null;
    if (single != null) {
      throw new UsageException(
          "%s goes with one --model; there are %d".formatted(single, models.size()));
    }
    Set<String> distinct = new LinkedHashSet<>(models);
    if (distinct.size() < models.size()) {
      throw new UsageException("--model has a bundle twice; expected different ones");
    }
    return distinct.stream().map(model -> new Way(label(model), environment(model))).toList();
  }

  private EvalReport.Reranked rerank(Way way) throws IOException {
    List<String> queries = judged.queries();
    try (CollectionReranker reranker = judged.reranker(way.environment)) {
      for (String query : queries.subList(0, Math.min(WARM_UP, queries.size()))) {
        reranker.rerank(query, judged.posted(query));
      }
      Map<String, List<Hit>> hits = new LinkedHashMap<>();
      Spending spending = new Spending();
      ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), queries.size());
      for (String query : queries) {
        CollectionReranker.Reply reply = reranker.rerank(query, judged.posted(query));
        spending.add(reply);
        hits.put(query, reranked(reply.json(), judged.hits(query)));
        progress.step();
      }
      TrecRun run = new TrecRun(hits);
      if (out != null) {
        run.write(out, "snapranker");
      }
      return new EvalReport.Reranked(Evaluation.of(way.name, run, judged), spending);
    }
  }

  private Map<String, String> environment(@Nullable String model) {
    Map<String, String> environment = CollectionReranker.environment(model);
    if (stages != null) {
      environment.put("STAGES", stages);
      environment.putIfAbsent("MODEL_DIR", CollectionReranker.models().toString());
    }
    if (fusion != null) {
      environment.put("FUSION", fusion);
    }
    if (fusionFile != null) {
      environment.put("FUSION_FILE", fusionFile.toString());
    }
    if (budgetMillis != null) {
      environment.put("BUDGET_MS", budgetMillis.toString());
    }
    return environment;
  }

  private String label(@Nullable String model) {
    List<String> parts = new ArrayList<>();
    parts.add(stages != null ? stages : model != null ? model : "default");
    if (fusion != null) {
      parts.add(fusion);
    }
    if (budgetMillis != null) {
      parts.add(budgetMillis + " ms");
    }
    return String.join(" ", parts);
  }

  /**
   * The reranked hits first, then the rest in their old order. A hit's score is its distance from
   * the end.
   */
  private static List<Hit> reranked(JsonNode reply, List<Hit> first) {
    Set<String> order = new LinkedHashSet<>();
    for (JsonNode result : reply.path("results")) {
      order.add(result.path("id").asText());
    }
    first.forEach(hit -> order.add(hit.document()));
    List<Hit> hits = new ArrayList<>();
    for (String document : order) {
      hits.add(new Hit(document, first.size() - hits.size()));
    }
    return hits;
  }

  /**
   * A way to rerank.
   *
   * @param environment of the function
   */
  private record Way(String name, Map<String, String> environment) {}

  private static final class Budget extends WholeNumber {
    Budget() {
      super(0, Settings.MOST_BUDGET_MILLIS);
    }
  }
}
