package dev.snapranker.rank;

import dev.snapranker.api.Deadline;
import dev.snapranker.api.ExplainUsage;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageUsage;
import dev.snapranker.api.Usage;
import dev.snapranker.score.ScoringPool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ranks candidates against a query: each stage scores who is left, in the time there is; then the
 * first stage's scores are heard, and the list is cut. Holds no state of a request.
 */
public final class Reranker {
  private final Models models;
  private final ScoringPool pool;
  private final LongSupplier nanoTime;

  public Reranker(Models models, ScoringPool pool) {
    this(models, pool, System::nanoTime);
  }

  /**
   * @param nanoTime the deadlines' clock
   */
  Reranker(Models models, ScoringPool pool, LongSupplier nanoTime) {
    this.models = models;
    this.pool = pool;
    this.nanoTime = nanoTime;
  }

  /**
   * The request's ranking, or a {@link RerankException} that says why there is none.
   *
   * @param deadline when scoring stops
   */
  public Ranking rank(RerankRequest request, Deadline deadline) {
    List<Stage> stages = models.stages(request.options());
    FirstStage firstStage = new FirstStage(request.candidates());
    Fuser fuser = new Fuser(models.fusion(request.options(), firstStage), firstStage, stages);
    Budget budget = new Budget(deadline, pool.threads(), nanoTime);
    Texts texts = new Texts(request);
    Warnings warnings = new Warnings(request.options());
    List<StageUsage> usages = new ArrayList<>();
    List<Reading> readings = new ArrayList<>(); // [stages]
    long tokenizeNanos = 0;
    long scoreNanos = 0;
    List<Hit> hits = Ordering.byFirstStage(request.candidates());
    int admitted = hits.size();
    for (Stage stage : stages) {
      long started = System.nanoTime();
      Reading reading = texts.readBy(stage.model());
      tokenizeNanos += System.nanoTime() - started;
      readings.add(reading);
      Stage.Run run = stage.run(reading, hits, admitted, pool, budget);
      warnings.read(stage.model(), reading.query());
      usages.add(run.usage());
      tokenizeNanos += run.tokenizeNanos();
      scoreNanos += run.scoreNanos();
      hits = run.hits();
      admitted = run.passing();
    }
    requireScores(request, hits);
    List<Ranked> results =
        Results.of(
            request.options(),
            fuser.place(hits),
            hits.stream().filter(hit -> hit.depth() == 0).toList());
    ExplainUsage explained = null;
    if (request.options().explain()) {
      Explainer explainer = new Explainer(pool, budget);
      results = explainer.explain(results, hits, stages, readings);
      explained = explainer.usage();
      warnings.unexplained(explainer.complete());
    }
    Usage usage = usage(hits, usages, explained);
    warnings.cut(usage.truncated(), hits.size());
    warnings.unscored(usage);
    return new Ranking(
        stages.getLast().model().id(), results, usage, tokenizeNanos, scoreNanos, warnings.all());
  }

  private static Usage usage(
      List<Hit> hits, List<StageUsage> stages, @Nullable ExplainUsage explained) {
    return new Usage(
        hits.size(),
        scored(hits),
        (int) hits.stream().filter(Hit::truncated).count(),
        stages,
        explained);
  }

  private static int scored(List<Hit> hits) {
    return (int) hits.stream().filter(hit -> hit.depth() > 0).count();
  }

  private static void requireScores(RerankRequest request, List<Hit> hits) {
    if (scored(hits) < hits.size() && !request.options().plan().partial()) {
      throw new RerankException(
          Reason.TIMED_OUT,
          ("time ran out after %d of %d documents; post fewer, or give the function more memory or"
                  + " time")
              .formatted(scored(hits), hits.size()));
    }
  }
}
