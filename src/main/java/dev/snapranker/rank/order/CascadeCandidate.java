package dev.snapranker.rank;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.ScoredText;
import dev.snapranker.api.StageLogit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A candidate on its way through the stages.
 *
 * @param index its position in the request
 * @param logits by the stages that scored it, in their order
 * @param truncated whether a stage scored only a part of it
 * @param document as the last of these stages read it; null before the first one
 */
record Hit(
    int index,
    Candidate candidate,
    List<StageLogit> logits,
    boolean truncated,
    @Nullable ScoredDocument document) {
  Hit {
    logits = List.copyOf(logits);
  }

  static Hit of(int index, Candidate candidate) {
    return new Hit(index, candidate, List.of(), false, null);
  }

  /** How many stages scored it. */
  int depth() {
    return logits.size();
  }

  /** The last stage's. */
  float logit() {
    return logits.getLast().logit();
  }

  /** What the last stage read of it; null before the first one. */
  @Nullable ScoredText text() {
    return document == null ? null : document.text();
  }

  Hit scored(String model, ScoredDocument by) {
    List<StageLogit> all = new ArrayList<>(logits);
    all.add(new StageLogit(model, by.logit()));
    return new Hit(index, candidate, all, truncated || by.document().truncated(), by);
  }
}
