package dev.snapranker.rank;

import dev.snapranker.api.Options;
import dev.snapranker.api.Ranked;
import dev.snapranker.api.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From hits in their order to the results that the caller asked for. */
final class Results {
  private Results() {}

  /**
   * The results.
   *
   * @param hits best first
   */
  static List<Ranked> of(Options options, List<Stage> stages, List<Hit> hits) {
    double minScore = Objects.requireNonNullElse(options.minScore(), Double.NEGATIVE_INFINITY);
    int topK = Objects.requireNonNullElse(options.topK(), Integer.MAX_VALUE);
    List<Ranked> results = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (Hit hit : hits) {
      if (results.size() == topK) {
        break;
      }
      int rank = results.size() + 1;
      if (hit.depth() == 0) {
        results.add(ranked(hit, rank, null));
        continue;
      }
      // An earlier stage's score may be higher, but not mean more.
      least = Math.min(least, score(options, stages.get(hit.depth() - 1).model(), hit));
      if (least >= minScore) {
        Scores scores = new Scores(least, hit.logits(), null);
        results.add(ranked(hit, rank, scores));
      }
    }
    return results;
  }

  private static double score(Options options, Model model, Hit hit) {
    return options.rawScores() ? hit.logit() : model.manifest().score(hit.logit());
  }

  private static Ranked ranked(Hit hit, int rank, @Nullable Scores scores) {
    return new Ranked(
        hit.candidate().id(), hit.index(), rank, scores, hit.truncated(), hit.text(), List.of());
  }
}
