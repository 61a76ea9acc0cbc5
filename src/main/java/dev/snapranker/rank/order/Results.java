package dev.snapranker.rank.order;

import dev.snapranker.api.Options;
import dev.snapranker.api.RankedCandidate;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.Scores;
import dev.snapranker.rank.scoring.ScoredDocument;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns ordered candidates into the results that the caller asked for. */
public final class Results {
  private Results() {}

  /**
   * Makes the results.
   *
   * @param fused the candidates that were scored, best first
   * @param candidates all candidates that are not blank; after the scored ones come those that were
   *     not scored, in the first stage's order
   * @param blank the positions of blank candidates, which come last
   * @param request the request with all these candidates
   */
  public static List<RankedCandidate> of(
      RerankRequest request,
      List<FusedCandidate> fused,
      List<CascadeCandidate> candidates,
      Collection<Integer> blank) {
    Options options = request.options();
    double minScore = Objects.requireNonNullElse(options.minScore(), Double.NEGATIVE_INFINITY);
    int topK = Objects.requireNonNullElse(options.topK(), Integer.MAX_VALUE);
    List<RankedCandidate> results = new ArrayList<>();
    double score = Double.POSITIVE_INFINITY;
    for (FusedCandidate each : fused) {
      // An earlier stage's score may be higher than a later one's, but is less reliable.
      score = Math.min(score, options.rawScores() ? each.value() : each.score());
      if (results.size() == topK || score < minScore) {
        break;
      }
      Scores scores = new Scores(score, each.candidate().logits(), each.firstStagePart());
      results.add(result(each.candidate(), results.size() + 1, scores));
    }
    candidates.stream()
        .filter(candidate -> !candidate.scored())
        .limit(topK - results.size())
        .forEach(candidate -> results.add(result(candidate, results.size() + 1, null)));
    double least = Math.min(score, options.rawScores() ? Scores.BLANK_LOGIT : 0);
    if (least >= minScore) {
      Scores scores = new Scores(least, List.of(), null);
      blank.stream()
          .limit(topK - results.size())
          .forEach(index -> {
            CascadeCandidate candidate =
                CascadeCandidate.of(index, request.candidates().get(index));
            results.add(result(candidate, results.size() + 1, scores));
          });
    }
    return results;
  }

  private static RankedCandidate result(
      CascadeCandidate candidate, int rank, @Nullable Scores scores) {
    ScoredDocument document = candidate.document();
    return new RankedCandidate(
        candidate.candidate().id(),
        candidate.index(),
        rank,
        scores,
        candidate.truncated(),
        document == null ? null : document.text(),
        List.of());
  }
}
