package dev.snapranker.rank.order;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.StageLogit;
import dev.snapranker.rank.scoring.ScoredDocument;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A candidate between the stages of a cascade.
 *
 * @param index the candidate's position in the request
 * @param logits the logits of the stages that scored it, in the stages' order
 * @param truncated whether a stage scored only a part of its text
 * @param document the result of the last of these stages; null before the first stage
 */
public record CascadeCandidate(
    int index,
    Candidate candidate,
    List<StageLogit> logits,
    boolean truncated,
    @Nullable ScoredDocument document) {
  public CascadeCandidate {
    logits = List.copyOf(logits);
  }

  static CascadeCandidate of(int index, Candidate candidate) {
    return new CascadeCandidate(index, candidate, List.of(), false, null);
  }

  public boolean scored() {
    return document != null;
  }

  /** How many stages scored this candidate. */
  public int stagesDone() {
    return logits.size();
  }

  /** The last stage's logit. */
  float logit() {
    return logits.getLast().logit();
  }

  /** The candidate after one more stage. */
  CascadeCandidate scored(ScoredDocument by) {
    List<StageLogit> all = new ArrayList<>(logits);
    all.add(new StageLogit(by.model().id(), by.logit()));
    return new CascadeCandidate(index, candidate, all, truncated || by.truncated(), by);
  }
}
