package dev.snapranker.rank;

import dev.snapranker.api.ExplainUsage;
import dev.snapranker.api.FanOutUsage;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.StageUsage;
import dev.snapranker.api.Usage;
import dev.snapranker.rank.order.CascadeCandidate;
import dev.snapranker.rank.scoring.FanOut;
import dev.snapranker.rank.scoring.ModelInput;
import dev.snapranker.rank.scoring.StageRun;
import dev.snapranker.rank.scoring.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the usage, times and warnings of one call. The reranker reports each step to it. */
final class Account {
  private final Texts texts;
  private final LongSupplier clock;
  private final Warnings warnings;
  private final List<StageUsage> stages = new ArrayList<>();
  private @Nullable ExplainUsage explanations;
  private @Nullable FanOutUsage fanOut;
  private long tokenizeNanos;
  private long scoreNanos;

  Account(RerankRequest request, Texts texts, LongSupplier clock) {
    this.texts = texts;
    this.clock = clock;
    this.warnings = new Warnings(request, texts);
  }

  /** Reads the query, and counts the time as tokenising. */
  ModelInput timeQuery(Supplier<ModelInput> read) {
    long started = clock.getAsLong();
    ModelInput input = read.get();
    tokenizeNanos += clock.getAsLong() - started;
    warnings.addQuery(input);
    return input;
  }

  /** Notes that the model cannot follow the request's instruction. */
  void addIgnoredInstruction(String model) {
    warnings.addIgnoredInstruction(model);
  }

  /** Warns a caller who asks for help that this function never gets. */
  void noteFanOut(FanOut function) {
    warnings.addFanOut(function.isOff());
  }

  void addStage(StageRun run) {
    stages.add(run.usage());
    fanOut = run.fanOut();
    tokenizeNanos += run.tokenizeNanos();
    scoreNanos += run.scoreNanos();
  }

  void addExplanations(Explainer explainer) {
    explanations = explainer.usage();
    warnings.addUnexplained(explainer.complete());
  }

  /**
   * The finished ranking.
   *
   * @param candidates the candidates after the last stage, without the blank ones
   */
  Ranking ranking(List<RankedCandidate> results, List<CascadeCandidate> candidates) {
    int scored = (int) candidates.stream().filter(CascadeCandidate::scored).count();
    int truncated = (int) candidates.stream().filter(CascadeCandidate::truncated).count();
    int blank = texts.blank().size();
    int posted = candidates.size() + blank;
    Usage usage = new Usage(posted, scored, truncated, blank, stages, explanations, fanOut);
    warnings.addCut(truncated, posted);
    warnings.addUnknown(candidates, posted);
    warnings.addBlank(blank, posted);
    warnings.addUnscored(usage);
    return new Ranking(
        stages.getLast().model(), results, usage, tokenizeNanos, scoreNanos, warnings.all());
  }
}
