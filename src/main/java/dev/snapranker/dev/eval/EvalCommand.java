package dev.snapranker.dev.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.OutputFile;
import dev.snapranker.dev.cli.ProgressBar;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reranks a first stage's run on a test collection, and reports what that gains. */
@Command(
    name = "eval",
    footer = "  ./snapranker eval --collection DIR --run DIR/bm25.run.gz --out reranked.run",
    description = {
      "Rerank a first stage's run on a test collection and compare both with the judgements.",
      "A query's documents go through the handler as a request's candidates do."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EvalCommand implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int CUT = 10;

  /** Queries that are ranked once before any counts. */
  private static final int WARM_UP = 5;

  @Mixin private JudgedRun judged;

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
    if (out != null) {
      OutputFile.require(out, judged.files());
      OutputFile.require(out, fusionFile == null ? List.of() : List.of(fusionFile));
    }
    judged.read();
    List<String> queries = judged.queries();
    try (CollectionReranker reranker = judged.reranker(environment())) {
      for (String query : queries.subList(0, Math.min(WARM_UP, queries.size()))) {
        reranker.rerank(query, judged.hits(query));
      }
      Map<String, List<TrecRun.Hit>> hits = new LinkedHashMap<>();
      Spending spending = new Spending();
      ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), queries.size());
      for (String query : queries) {
        CollectionReranker.Reply reply = reranker.rerank(query, judged.hits(query));
        spending.add(reply);
        hits.put(query, reranked(reply.json(), judged.hits(query)));
        progress.step();
      }
      TrecRun reranked = new TrecRun(hits);
      if (out != null) {
        reranked.write(out, "snapranker");
      }
      report(reranked, spending);
      return ExitCode.RANKED;
    }
  }

  private Map<String, String> environment() {
    Map<String, String> environment = judged.environment();
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
    parts.add(stages != null ? stages : Objects.requireNonNullElse(judged.model(), "default"));
    if (fusion != null) {
      parts.add(fusion);
    }
    if (budgetMillis != null) {
      parts.add(budgetMillis + " ms");
    }
    return name != null ? name : String.join(" ", parts);
  }

  /**
   * The reranked hits first, then the rest in their old order. A hit's score is its distance from
   * the end.
   */
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

  private void report(TrecRun reranked, Spending spending) {
    List<Gain> gains =
        List.of(
            gain("nDCG@10", reranked, (ranked, grades) -> RankingMetrics.ndcg(ranked, grades, CUT)),
            gain(
                "MRR@10",
                reranked,
                (ranked, grades) -> RankingMetrics.reciprocalRank(ranked, grades, CUT)),
            gain(
                "Recall@10",
                reranked,
                (ranked, grades) -> RankingMetrics.recall(ranked, grades, CUT)));
    PrintWriter to = spec.commandLine().getOut();
    if (json) {
      to.println(line(gains, spending));
    } else {
      print(gains, spending, to);
    }
  }

  private Gain gain(String name, TrecRun reranked, Metric metric) {
    double[] before = perQuery(judged.run(), metric);
    double[] after = perQuery(reranked, metric);
    return new Gain(
        name,
        RankingMetrics.mean(before),
        RankingMetrics.mean(after),
        RandomisationTest.p(after, before));
  }

  private ObjectNode line(List<Gain> gains, Spending spending) {
    ObjectNode line =
        MAPPER
            .createObjectNode()
            .put("name", label())
            .put("collection", judged.name())
            .put("queries", judged.queries().size())
            .put("top", judged.top());
    spending.write(line);
    for (Gain gain : gains) {
      line.putObject(gain.metric)
          .put("first_stage", gain.firstStage)
          .put("reranked", gain.reranked)
          .put("p", gain.p);
    }
    return line;
  }

  private void print(List<Gain> gains, Spending spending, PrintWriter to) {
    to.printf(
        "%d queries%n%-12s %12s %10s %8s %8s%n",
        judged.queries().size(), "", "first stage", "reranked", "gain", "p");
    for (Gain gain : gains) {
      to.printf(
          "%-12s %12.4f %10.4f %+8.4f %8.4f%n",
          gain.metric, gain.firstStage, gain.reranked, gain.reranked - gain.firstStage, gain.p);
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

  private double[] perQuery(TrecRun run, Metric metric) {
    ToDoubleFunction<String> score =
        query ->
            metric.of(
                run.of(query).stream().map(TrecRun.Hit::document).toList(), judged.grades(query));
    return judged.queries().stream().mapToDouble(score).toArray();
  }

  /** A metric's means over the queries, and the p of their difference. */
  private record Gain(String metric, double firstStage, double reranked, double p) {}

  /** Of one query. */
  @FunctionalInterface
  private interface Metric {
    double of(List<String> ranked, Map<String, Integer> grades);
  }
}
