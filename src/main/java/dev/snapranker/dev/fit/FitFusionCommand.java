package dev.snapranker.dev.fit;

import dev.snapranker.dev.cli.ExitCode;
import dev.snapranker.dev.cli.OutputFile;
import dev.snapranker.dev.cli.ProgressBar;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.dev.cli.WholeNumber;
import dev.snapranker.dev.eval.CollectionReranker;
import dev.snapranker.dev.eval.JudgedRun;
import dev.snapranker.dev.eval.ModelOption;
import dev.snapranker.dev.eval.RandomisationTest;
import dev.snapranker.dev.eval.RankingMetrics;
import dev.snapranker.model.FusionFile;
import dev.snapranker.model.FusionWeights;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fits the weights of learned fusion. */
@Command(
    name = "fit-fusion",
    footer = "  ./snapranker fit-fusion --collection DIR --run DIR/bm25.run.gz --out w.json",
    description = {
      "Fit the weights of learned fusion to a test collection's judgements, for FUSION_FILE.",
      "A listwise regression of relevance on logit, first-stage score, reciprocal rank and length."
          + " The figures are of queries that the weights were not fitted on."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class FitFusionCommand implements Callable<Integer> {
  private static final int CUT = 10;
  private static final int SEED = 1;

  @Mixin private JudgedRun judged;

  @Mixin private ModelOption model;

  @Option(
      names = "--folds",
      paramLabel = "N",
      defaultValue = "5",
      converter = WholeNumber.Folds.class,
      description =
          "parts of the queries, each judged by weights of the others (default:"
              + " ${DEFAULT-VALUE})")
  private int folds;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "where the weights of all queries go")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OutputFile.require(out, judged.files());
    try (JudgedRun _ = judged) {
      judged.read(spec.commandLine().getErr());
      fit();
    }
    return ExitCode.RANKED;
  }

  private void fit() throws IOException {
    List<String> queries = new ArrayList<>(judged.queries());
    if (queries.size() < folds) {
      throw new UsageException(
          "--folds is %d; expected 2 to the number of judged queries, %d"
              .formatted(folds, queries.size()));
    }
    Collections.shuffle(queries, new Random(SEED));
    List<FusionExamples> examples = new ArrayList<>();
    Map<String, String> environment = model.environment();
    environment.put("FUSION", "none");
    environment.put("BLANK_TEXTS", "refuse"); // a candidate without a logit teaches nothing
    String id = "";
    String revision;
    try (CollectionReranker reranker = judged.reranker(environment)) {
      ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), queries.size());
      for (String query : queries) {
        CollectionReranker.Reply reply = reranker.rerank(query, judged.posted(query));
        id = reply.json().path("model").asText();
        examples.add(
            FusionExamples.of(reranker, reply.json(), judged.posted(query), judged.grades(query)));
        progress.step();
      }
      revision = reranker.revision();
    }
    FusionWeights weights = FusionExamples.named(FusionExamples.fit(examples));
    OutputFile.write(out, new FusionFile(id, revision, weights).json() + "\n");
    report(examples, weights);
  }

  private void report(List<FusionExamples> examples, FusionWeights weights) {
    double[] logitAlone = {0, 1, 0, 0, 0};
    double[] before = new double[examples.size()];
    double[] alone = new double[examples.size()];
    double[] fused = new double[examples.size()];
    for (int fold = 0; fold < folds; fold++) {
      List<FusionExamples> others = new ArrayList<>();
      for (int i = 0; i < examples.size(); i++) {
        if (i % folds != fold) {
          others.add(examples.get(i));
        }
      }
      double[] fitted = FusionExamples.fit(others);
      for (int i = fold; i < examples.size(); i += folds) {
        FusionExamples query = examples.get(i);
        before[i] = RankingMetrics.ndcg(query.documents(), query.grades(), CUT);
        alone[i] = RankingMetrics.ndcg(query.ranked(logitAlone), query.grades(), CUT);
        fused[i] = RankingMetrics.ndcg(query.ranked(fitted), query.grades(), CUT);
      }
    }
    PrintWriter to = spec.commandLine().getOut();
    to.printf("%d queries, %d folds; nDCG@10%n", examples.size(), folds);
    to.printf("%-22s %8.4f%n", "first stage", RankingMetrics.mean(before));
    to.printf("%-22s %8.4f%n", "cross-encoder", RankingMetrics.mean(alone));
    to.printf(
        "%-22s %8.4f  %+.4f against the cross-encoder, p %.4f%n",
        "learned fusion",
        RankingMetrics.mean(fused),
        RankingMetrics.mean(fused) - RankingMetrics.mean(alone),
        RandomisationTest.p(fused, alone));
    to.printf(
        "weights: intercept %.3f, logit %.3f, first stage %.3f, reciprocal rank %.3f, log length"
            + " %.3f%n",
        weights.intercept(),
        weights.logit(),
        weights.firstStage(),
        weights.reciprocalRank(),
        weights.logLength());
  }
}
