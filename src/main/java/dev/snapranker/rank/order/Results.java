package dev.snapranker.rank.order;

import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Scores;
import dev.snapranker.rank.scoring.ScoredDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From ordered candidates to the results that the caller asked for. */
public final class Results {
  private Results() {}

  /**
   * The results.
   *
   * @param fused the candidates that were scored, best first
   * @param candidates all of them; those that were not scored come last, in the first stage's order
   */
  public static List<Ranked> of(
      Options options, List<FusedCandidate> fused, List<CascadeCandidate> candidates) {
    double minScore = Objects.requireNonNullElse(options.minScore(), Double.NEGATIVE_INFINITY);
    int topK = Objects.requireNonNullElse(options.topK(), Integer.MAX_VALUE);
    List<Ranked> results = new ArrayList<>();
    double score = Double.POSITIVE_INFINITY;
    for (FusedCandidate each : fused) {
      // An earlier stage's score may be higher than a later one's, but does not mean more.
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
    return results;
  }

  private static Ranked result(CascadeCandidate candidate, int rank, @Nullable Scores scores) {
    ScoredDocument document = candidate.document();
    return new Ranked(
        candidate.candidate().id(),
        candidate.index(),
        rank,
        scores,
        candidate.truncated(),
        document == null ? null : document.text(),
        List.of());
  }
}
