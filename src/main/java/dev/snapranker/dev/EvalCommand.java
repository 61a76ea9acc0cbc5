package dev.snapranker.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reranks a first stage's run on a test collection, and says what it gained. */
@Command(
    name = "eval",
    description = {
      "Rerank a first stage's run on a test collection and compare both with the judgements.",
      "A query's documents go through the handler as a request's candidates do."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class EvalCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int CUT = 10;

  /** Queries that are ranked once before any counts. */
  private static final int WARM_UP = 5;

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
      names = "--top",
      paramLabel = "N",
      defaultValue = "100",
      description = "how many of a query's documents are reranked (default: ${DEFAULT-VALUE})")
  private int top;

  @Option(
      names = "--stages",
      paramLabel = "STAGES",
      description =
          "as the setting STAGES, of the bundles in model-layer/models (or MODEL_DIR): tiny:30,large")
  private @Nullable String stages;

  @Option(names = "--fusion", paramLabel = "FUSION", description = "as the setting FUSION")
  private @Nullable String fusion;

  @Option(
      names = "--fusion-file",
      paramLabel = "FILE",
      description = "weights that fit-fusion wrote, for --fusion learned")
  private @Nullable Path fusionFile;

  @Option(names = "--budget-ms", paramLabel = "MS", description = "as the setting BUDGET_MS")
  private @Nullable Integer budgetMillis;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "what plot calls it (default: made of the options above)")
  private @Nullable String name;

  @Option(names = "--out", paramLabel = "FILE", description = "where the reranked run goes")
  private @Nullable Path out;

  @Option(names = "--json", description = "print one line of JSON instead of a table")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TestCollection collection = TestCollection.read(directory);
    TrecRun first = TrecRun.read(file);
    List<String> queries =
        first.hits().keySet().stream().filter(collection.grades()::containsKey).toList();
    if (queries.isEmpty()) {
      throw new UsageException(file + " and qrels.tsv have no query in common");
    }
    try (CollectionReranker reranker = new CollectionReranker(collection, environment(), top)) {
      for (String query : queries.subList(0, Math.min(WARM_UP, queries.size()))) {
        reranker.rerank(query, first.of(query));
      }
      Map<String, List<TrecRun.Hit>> hits = new LinkedHashMap<>();
      Spending spending = new Spending();
      ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), queries.size());
      for (String query : queries) {
        CollectionReranker.Reply reply = reranker.rerank(query, first.of(query));
        spending.add(reply);
        hits.put(query, reranked(reply.json(), first.of(query)));
        progress.step();
      }
      TrecRun reranked = new TrecRun(hits);
      if (out != null) {
        reranked.write(out, "snapranker");
      }
      report(collection, queries, first, reranked, spending);
      return ExitCode.RANKED;
    }
  }

  private Map<String, String> environment() {
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

  private String label() {
    List<String> parts = new ArrayList<>();
    parts.add(stages != null ? stages : Objects.requireNonNullElse(model, "default"));
    if (fusion != null) {
      parts.add(fusion);
    }
    if (budgetMillis != null) {
      parts.add(budgetMillis + " ms");
    }
    return name != null ? name : String.join(" ", parts);
  }

  /** The reply's order, above the rest in its own: the score is the number of those below. */
  private static List<TrecRun.Hit> reranked(JsonNode reply, List<TrecRun.Hit> first) {
    List<TrecRun.Hit> hits = new ArrayList<>();
    for (JsonNode result : reply.path("results")) {
      hits.add(new TrecRun.Hit(result.path("id").asText(), first.size() - hits.size()));
    }
    for (TrecRun.Hit rest : first.subList(hits.size(), first.size())) {
      hits.add(new TrecRun.Hit(rest.document(), first.size() - hits.size()));
    }
    return hits;
  }

  private void report(
      TestCollection collection,
      List<String> queries,
      TrecRun first,
      TrecRun reranked,
      Spending spending) {
    ObjectNode line =
        MAPPER
            .createObjectNode()
            .put("name", label())
            .put("collection", String.valueOf(directory.toAbsolutePath().getFileName()))
            .put("queries", queries.size())
            .put("top", top);
    spending.write(line);
    PrintWriter to = spec.commandLine().getOut();
    if (!json) {
      to.printf(
          "%d queries%n%-12s %12s %10s %8s %8s%n",
          queries.size(), "", "first stage", "reranked", "gain", "p");
    }
    Metric ndcg = (ranked, grades) -> RankingMetrics.ndcg(ranked, grades, CUT);
    Metric mrr = (ranked, grades) -> RankingMetrics.reciprocalRank(ranked, grades, CUT);
    Metric recall = (ranked, grades) -> RankingMetrics.recall(ranked, grades, CUT);
    Map<String, Metric> metrics = new LinkedHashMap<>();
    metrics.put("nDCG@10", ndcg);
    metrics.put("MRR@10", mrr);
    metrics.put("Recall@10", recall);
    metrics.forEach((name, metric) -> {
      double[] before = perQuery(collection, queries, first, metric);
      double[] after = perQuery(collection, queries, reranked, metric);
      double p = RandomisationTest.p(after, before);
      if (json) {
        line.putObject(name)
            .put("first_stage", mean(before))
            .put("reranked", mean(after))
            .put("p", p);
      } else {
        to.printf(
            "%-12s %12.4f %10.4f %+8.4f %8.4f%n",
            name, mean(before), mean(after), mean(after) - mean(before), p);
      }
    });
    if (json) {
      to.println(line);
      return;
    }
    to.printf(
        "per query: %.1f ms (p99 %.1f), %.0f tokens; %.1f %% of candidates scored, %.1f %% not by"
            + " the last stage%n",
        spending.meanMillis(),
        spending.p99Millis(),
        spending.tokensPerQuery(),
        100 * spending.scoredShare(),
        100 * spending.earlyExits());
  }

  private static double[] perQuery(
      TestCollection collection, List<String> queries, TrecRun run, Metric metric) {
    ToDoubleFunction<String> score =
        query ->
            metric.of(
                run.of(query).stream().map(TrecRun.Hit::document).toList(),
                collection.grades().getOrDefault(query, Map.of()));
    return queries.stream().mapToDouble(score).toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Of one query. */
  @FunctionalInterface
  private interface Metric {
    double of(List<String> ranked, Map<String, Integer> grades);
  }
}
