package dev.snapranker.rank;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.StageLogit;
import java.util.ArrayList;
import java.util.List;

/**
 * A candidate on its way through the stages.
 *
 * @param index its position in the request
 * @param logits by the stages that scored it, in their order
 * @param truncated whether a stage scored only a part of it
 */
record Hit(int index, Candidate candidate, List<StageLogit> logits, boolean truncated) {
  Hit {
    logits = List.copyOf(logits);
  }

  static Hit of(int index, Candidate candidate) {
    return new Hit(index, candidate, List.of(), false);
  }

  /** How many stages scored it. */
  int depth() {
    return logits.size();
  }

  /** The last stage's. */
  float logit() {
    return logits.getLast().logit();
  }

  Hit scored(String model, float logit, boolean cut) {
    List<StageLogit> all = new ArrayList<>(logits);
    all.add(new StageLogit(model, logit));
    return new Hit(index, candidate, all, truncated || cut);
  }
}
