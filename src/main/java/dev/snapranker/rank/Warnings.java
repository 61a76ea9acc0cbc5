package dev.snapranker.rank;

import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.api.Usage;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.text.EncodedQuery;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the caller of one request should know, in words. */
final class Warnings {
  private static final String LIMITS = "the request's limits on tokens";

  private final Options options;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Set<Integer> windows = new TreeSet<>();

  Warnings(RerankRequest request) {
    this.options = request.options();
    warnings.addAll(request.warnings());
  }

  /** A query that is too long for a model. */
  void addQuery(Model model, EncodedQuery query) {
    windows.add(model.manifest().maxTokens());
    if (query.truncated()) {
      warnings.add(
          "the query has %d tokens; its first %d were used (%s)"
              .formatted(
                  query.totalTokens(),
                  query.keptTokens(),
                  isLimited()
                      ? LIMITS
                      : "half of the model's window of %d"
                          .formatted(model.manifest().maxTokens())));
    }
  }

  /** Whether the caller lets a model read less than its window. */
  private boolean isLimited() {
    return options.longText() instanceof LongText.Cut cut && !cut.limits().equals(TokenLimits.NONE);
  }

  void addCut(int truncated, int candidates) {
    if (truncated > 0) {
      warnings.add(
          "%d of %d candidates were cut to fit %s".formatted(truncated, candidates, bounds()));
    }
  }

  /** The candidates that were not scored in time, at all or by a stage. */
  void addUnscored(Usage usage) {
    int left = usage.candidates() - usage.scored();
    if (left > 0) {
      warnings.add(
          "time ran out before %d of %d candidates were scored; they come last, in the first stage's"
                  .formatted(left, usage.candidates())
              + " order");
    }
    usage
        .stages()
        .subList(1, usage.stages().size())
        .forEach(stage -> {
          if (stage.scored() < stage.candidates()) {
            warnings.add(
                "time ran out before '%s' scored %d of %d candidates; they keep the order of the"
                        .formatted(
                            stage.model(), stage.candidates() - stage.scored(), stage.candidates())
                    + " stage before");
          }
        });
  }

  void addUnexplained(boolean complete) {
    if (!complete) {
      warnings.add("time ran out before the explanations were complete");
    }
  }

  List<String> all() {
    return new ArrayList<>(warnings);
  }

  private String bounds() {
    if (isLimited()) {
      return LIMITS + " or the model's window";
    }
    return switch (options.longText()) {
      case LongText.Cut _, LongText.Refuse _ ->
          "the model's window of %s tokens"
              .formatted(windows.stream().map(String::valueOf).collect(Collectors.joining(" or ")));
      case LongText.Passages _ -> "the request's limits on tokens and passages per document";
    };
  }
}
