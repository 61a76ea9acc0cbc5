package dev.snapranker.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.lambda.RerankHandler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  @Option(names = "--out", paramLabel = "FILE", description = "where the reranked run goes")
  private @Nullable Path out;

  @Option(names = "--json", description = "print one line of JSON instead of a table")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new UsageException("--top is " + top + "; expected 1 or more");
    }
    TestCollection collection = TestCollection.read(directory);
    TrecRun first = TrecRun.read(file);
    List<String> queries =
        first.hits().keySet().stream().filter(collection.grades()::containsKey).toList();
    if (queries.isEmpty()) {
      throw new UsageException(file + " and qrels.tsv have no query in common");
    }
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("MAX_CANDIDATES", Integer.toString(Math.max(top, 1000)));
    environment.put("MAX_CANDIDATE_CHARS", Integer.toString(6 << 20));
    if (model != null) {
      Path bundle = Main.home().resolve("model-layer").resolve("models").resolve(model);
      environment.put("MODEL_DIR", bundle.toString());
    }
    try (RerankHandler handler =
        new RerankHandler(LocalEnvironment.settings(Main.home(), environment))) {
      Invoker invoker = new Invoker(handler, Duration.ofMinutes(15)); // Lambda's most
      Map<String, List<TrecRun.Hit>> hits = new LinkedHashMap<>();
      ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), queries.size());
      for (String query : queries) {
        hits.put(query, rerank(invoker, collection, query, first.of(query)));
        progress.step();
      }
      TrecRun reranked = new TrecRun(hits);
      if (out != null) {
        reranked.write(out, "snapranker");
      }
      report(collection, queries, first, reranked);
      return ExitCode.RANKED;
    }
  }

  /** The first {@code top} by their logits, above the rest in its order. */
  private List<TrecRun.Hit> rerank(
      Invoker invoker, TestCollection collection, String query, List<TrecRun.Hit> first)
      throws IOException {
    ObjectNode request =
        MAPPER
            .createObjectNode()
            .put("query", required(collection.queries(), query, "queries.jsonl"))
            .put("raw_scores", true);
    ArrayNode candidates = request.putArray("candidates");
    for (TrecRun.Hit hit : first.subList(0, Math.min(top, first.size()))) {
      candidates
          .addObject()
          .put("id", hit.document())
          .put("text", required(collection.documents(), hit.document(), "the corpus"))
          .put("score", hit.score());
    }
    JsonNode reply = MAPPER.readTree(invoker.invoke(MAPPER.writeValueAsBytes(request)));
    if (reply.has("error")) {
      throw new UsageException(
          "query %s is refused: %s".formatted(query, reply.at("/error/message").asText()));
    }
    List<TrecRun.Hit> hits = new ArrayList<>();
    for (JsonNode result : reply.path("results")) {
      hits.add(new TrecRun.Hit(result.path("id").asText(), result.path("score").asDouble()));
    }
    double below = hits.getLast().score();
    for (int i = hits.size(); i < first.size(); i++) {
      hits.add(new TrecRun.Hit(first.get(i).document(), below - (i - top + 1)));
    }
    return hits;
  }

  private static String required(Map<String, String> texts, String id, String where) {
    String text = texts.get(id);
    if (text == null) {
      throw new UsageException("the run names " + id + ", which " + where + " does not have");
    }
    return text;
  }

  private void report(
      TestCollection collection, List<String> queries, TrecRun first, TrecRun reranked) {
    ObjectNode line = MAPPER.createObjectNode().put("queries", queries.size()).put("top", top);
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
    }
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
