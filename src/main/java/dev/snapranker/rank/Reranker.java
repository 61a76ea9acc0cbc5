package dev.snapranker.rank;

import dev.snapranker.api.Counted;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Instruction;
import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.Ranking;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.TextPolicy;
import dev.snapranker.rank.order.CascadeCandidate;
import dev.snapranker.rank.order.FirstStage;
import dev.snapranker.rank.order.Fuser;
import dev.snapranker.rank.order.Ordering;
import dev.snapranker.rank.order.Results;
import dev.snapranker.rank.scoring.Budget;
import dev.snapranker.rank.scoring.FanOut;
import dev.snapranker.rank.scoring.ModelInput;
import dev.snapranker.rank.scoring.StageRun;
import dev.snapranker.rank.scoring.Texts;
import dev.snapranker.score.ScoringPool;
import java.util.List;

/**
 * Ranks candidates for a query. Each stage scores the best candidates of the stage before, as far
 * as the time allows. Then their order is fused with the first stage's order, and the list is cut.
 * A reranker keeps no state of a request.
 */
public final class Reranker {
  private final Models models;
  private final ScoringPool pool;
  private final TextPolicy policy;
  private final FanOut fanOut;

  /** A reranker that scores everything here. */
  public Reranker(Models models, ScoringPool pool, TextPolicy policy) {
    this(models, pool, policy, FanOut.NONE);
  }

  /**
   * @param fanOut decides when other environments help with the last stage, which is the dearest
   */
  public Reranker(Models models, ScoringPool pool, TextPolicy policy, FanOut fanOut) {
    this.models = models;
    this.pool = pool;
    this.policy = policy;
    this.fanOut = fanOut;
  }

  /**
   * Ranks the request's candidates; throws a {@link RerankException} if that is not possible.
   *
   * @param deadline the time when scoring must stop; its clock measures all times
   */
  public Ranking rank(RerankRequest request, Deadline deadline) {
    Options options = request.options();
    List<Stage> stages = models.stages(options);
    Texts texts = new Texts(request, policy);
    FirstStage firstStage = new FirstStage(request.candidates(), texts.blank());
    Fuser fuser = models.fuser(options, firstStage, stages);
    Budget budget = new Budget(deadline, pool.threads());
    Account account = new Account(request, texts, deadline.clock());
    checkInstruction(options, stages, account);
    account.noteFanOut(fanOut);
    FanOut wanted = fanOut.withCandidates(options.plan().fanOutCandidates());

    List<CascadeCandidate> candidates = firstStage.order();
    for (Stage stage : stages) {
      ModelInput input = account.timeQuery(() -> texts.inputFor(stage.model()));
      FanOut stageFanOut = stage.position() == stages.size() - 1 ? wanted : FanOut.NONE;
      StageRun run = StageRun.of(input, stage.shortlist(candidates), pool, budget, stageFanOut);
      account.addStage(run);
      candidates = Ordering.byStage(candidates, run.documents());
    }
    requireScores(options, candidates);

    List<RankedCandidate> results =
        Results.of(request, fuser.fuse(candidates), candidates, texts.blank());
    if (options.explain()) {
      Explainer explainer = new Explainer(pool, budget);
      results = explainer.explain(results, candidates);
      account.addExplanations(explainer);
    }
    return account.ranking(results, candidates);
  }

  /**
   * Refuses an instruction that no model takes, or warns about it, as the caller's dialect does.
   */
  private static void checkInstruction(Options options, List<Stage> stages, Account account) {
    Instruction instruction = options.instruction();
    if (instruction == null
        || stages.stream().anyMatch(stage -> stage.model().takesInstruction())) {
      return;
    }
    String model = stages.getLast().model().id();
    if (instruction.required()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          "instruction",
          "is set, but '%s' takes no instruction; leave it out, or use a model that takes one"
              .formatted(model));
    }
    account.addIgnoredInstruction(model);
  }

  private static void requireScores(Options options, List<CascadeCandidate> candidates) {
    long scored = candidates.stream().filter(CascadeCandidate::scored).count();
    if (scored < candidates.size() && !options.plan().partial()) {
      throw new RerankException(
          Reason.TIMED_OUT,
          ("time ran out after %d of %s; send fewer documents, or give the function more"
                  + " memory or time")
              .formatted(scored, Counted.of(candidates.size(), "document")));
    }
  }
}
