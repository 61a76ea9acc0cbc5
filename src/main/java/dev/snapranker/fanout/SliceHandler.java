package dev.snapranker.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Deadline;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.rank.Models;
import dev.snapranker.rank.scoring.Budget;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.Slice;
import dev.snapranker.rank.scoring.SliceScorer;
import dev.snapranker.score.ScoringPool;
import java.util.function.Consumer;

/** Scores a slice that another environment of this function sent. It never sends one itself. */
public final class SliceHandler {
  private final Models models;
  private final ScoringPool pool;
  private final SliceScorer scorer;

  public SliceHandler(Models models, ScoringPool pool) {
    this.models = models;
    this.pool = pool;
    this.scorer = new SliceScorer(pool);
  }

  /**
   * The reply to a slice; throws a {@link RerankException} if the sender has another model.
   *
   * @param deadline when this environment must have replied
   * @param log hears why the model failed on a pair
   */
  public String reply(JsonNode event, Deadline deadline, Consumer<RuntimeException> log) {
    SliceJson.Posted posted = SliceJson.read(event);
    Model model = model(posted);
    Slice slice = new Slice(model, posted.pairs(model.manifest()));
    Budget budget = new Budget(posted.deadline(deadline), pool.threads());
    return SliceJson.reply(model.fingerprint(), score(slice, budget, log));
  }

  private float[] score(Slice slice, Budget budget, Consumer<RuntimeException> log) {
    try {
      return scorer.score(slice, budget);
    } catch (IllegalStateException e) {
      log.accept(e); // a token that no environment sends, or a defect of this one
      throw SliceJson.refusedPairs("has a pair that the model cannot read");
    }
  }

  private Model model(SliceJson.Posted posted) {
    for (Model model : models.all()) {
      if (model.id().equals(posted.model())) {
        requireSame(model, posted);
        return model;
      }
    }
    throw new RerankException(
        Reason.MODEL_NOT_FOUND,
        FieldPath.of(SliceJson.FIELD).field(SliceJson.MODEL),
        "'%s' is not loaded".formatted(Excerpt.of(posted.model())));
  }

  /** Refuses to mix logits of two models, which happens while a new version takes over. */
  private static void requireSame(Model model, SliceJson.Posted posted) {
    if (!model.manifest().revision().equals(posted.revision())) {
      throw new RerankException(
          Reason.MODEL_NOT_FOUND,
          FieldPath.of(SliceJson.FIELD).field(SliceJson.REVISION),
          "is not the loaded model's, which is '%s'".formatted(model.manifest().revision()));
    }
    if (!model.fingerprint().equals(posted.fingerprint())) {
      throw new RerankException(
          Reason.MODEL_NOT_FOUND,
          FieldPath.of(SliceJson.FIELD).field(SliceJson.FINGERPRINT),
          "is not the loaded model's: this environment would compute other bits");
    }
  }
}
