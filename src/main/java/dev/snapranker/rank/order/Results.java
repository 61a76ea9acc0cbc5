package dev.snapranker.rank;

import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From hits in their places to the results that the caller asked for. */
final class Results {
  private Results() {}

  /**
   * The results.
   *
   * @param placed those that were scored, best first
   * @param unscored the others, in the first stage's order
   */
  static List<Ranked> of(Options options, List<Placed> placed, List<Hit> unscored) {
    double minScore = Objects.requireNonNullElse(options.minScore(), Double.NEGATIVE_INFINITY);
    int topK = Objects.requireNonNullElse(options.topK(), Integer.MAX_VALUE);
    List<Ranked> results = new ArrayList<>();
    double score = Double.POSITIVE_INFINITY;
    for (Placed each : placed) {
      // An earlier stage's score may be higher than a later one's, but does not mean more.
      score = Math.min(score, options.rawScores() ? each.raw() : each.score());
      if (results.size() == topK || score < minScore) {
        break;
      }
      Scores scores = new Scores(score, each.hit().logits(), each.firstStagePart());
      results.add(ranked(each.hit(), results.size() + 1, scores));
    }
    for (Hit hit : unscored.subList(0, Math.min(unscored.size(), topK - results.size()))) {
      results.add(ranked(hit, results.size() + 1, null));
    }
    return results;
  }

  private static Ranked ranked(Hit hit, int rank, @Nullable Scores scores) {
    return new Ranked(
        hit.candidate().id(), hit.index(), rank, scores, hit.truncated(), hit.text(), List.of());
  }
}
