package dev.snapranker.rank;

import dev.snapranker.api.Counted;
import dev.snapranker.api.Excerpt;
import dev.snapranker.api.LongText;
import dev.snapranker.api.Options;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.api.TokenLimits;
import dev.snapranker.api.Usage;
import dev.snapranker.model.Manifest;
import dev.snapranker.rank.order.CascadeCandidate;
import dev.snapranker.rank.scoring.Model;
import dev.snapranker.rank.scoring.ModelInput;
import dev.snapranker.rank.scoring.ScoredDocument;
import dev.snapranker.rank.scoring.Texts;
import dev.snapranker.text.EncodedQuery;
import dev.snapranker.text.UnknownCharacters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects the warnings for the caller of one request. */
final class Warnings {
  private static final String LIMITS = "the request's limits on tokens";

  private final Options options;
  private final Texts texts;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Set<Integer> windows = new TreeSet<>();

  Warnings(RerankRequest request, Texts texts) {
    this.options = request.options();
    this.texts = texts;
    warnings.addAll(request.warnings());
  }

  void addIgnoredInstruction(String model) {
    warnings.add("instruction was ignored, because '%s' takes no instruction".formatted(model));
  }

  /** Warns a caller who asks for fan-out, if this function never fans out. */
  void addFanOut(boolean functionIsOff) {
    Integer asked = options.plan().fanOutCandidates();
    if (asked != null && asked > 0 && functionIsOff) {
      warnings.add("fan_out_candidates has no effect, because this function does not fan out");
    }
  }

  /** Warns about a query that is too long for a model, or mostly unknown to it. */
  void addQuery(ModelInput input) {
    Manifest manifest = input.model().manifest();
    EncodedQuery query = input.query();
    windows.add(manifest.maxTokens());
    addLanguages(manifest);
    if (texts.isQueryCut()) {
      warnings.add(
          "the query has %d characters; its first %d were read"
              .formatted(texts.queryChars(), texts.policy().maxQueryChars()));
    }
    if (query.truncated()) {
      warnings.add(
          "the query has %d tokens; its first %d were used (%s)"
              .formatted(
                  query.totalTokens(),
                  query.keptTokens(),
                  isLimited()
                      ? LIMITS
                      : "half of the model's window of %d".formatted(manifest.maxTokens())));
    }
    UnknownCharacters.Count unknown = input.unknownInQuery();
    if (!manifest.languages().isEmpty() && unknown.isMostlyUnknown()) {
      warnings.add(
          "the model does not know %d of %s of the query; '%s' reads %s"
              .formatted(
                  unknown.unknown(),
                  Counted.of(unknown.total(), "character"),
                  manifest.id(),
                  names(manifest.languages())));
    }
  }

  /** Warns if the name that the caller sent means a multilingual model, but this model is not. */
  private void addLanguages(Manifest manifest) {
    @Nullable String asked = options.model().multilingualName();
    if (asked != null && manifest.languages().size() == 1) {
      warnings.add(
          "'%s' is a multilingual model, but this function uses '%s' in its place, which reads %s"
              .formatted(Excerpt.of(asked), manifest.id(), names(manifest.languages())));
    }
  }

  /** Warns about candidates that are mostly unknown to the model that scored them last. */
  void addUnknown(List<CascadeCandidate> candidates, int posted) {
    Map<Model, Integer> counts = new LinkedHashMap<>();
    for (CascadeCandidate candidate : candidates) {
      ScoredDocument document = candidate.document();
      if (document != null
          && !document.model().manifest().languages().isEmpty()
          && document.isMostlyUnknown()) {
        counts.merge(document.model(), 1, Integer::sum);
      }
    }
    counts.forEach((model, count) ->
        warnings.add(
            "%s mostly of characters that the model does not know; '%s' reads %s"
                .formatted(
                    Counted.share(count, posted, "candidate", "consists", "consist"),
                    model.id(),
                    names(model.manifest().languages()))));
  }

  private static String names(List<String> languages) {
    return languages.stream()
        .map(tag -> Locale.forLanguageTag(tag).getDisplayName(Locale.ENGLISH))
        .collect(Collectors.joining(", "));
  }

  void addBlank(int blank, int candidates) {
    if (blank > 0) {
      warnings.add(
          "%s no text that can be read; such candidates come last, with the lowest score"
              .formatted(Counted.share(blank, candidates, "candidate", "has", "have")));
    }
  }

  /** Whether the caller limits tokens to less than the window. */
  private boolean isLimited() {
    return options.longText() instanceof LongText.Cut cut && !cut.limits().equals(TokenLimits.NONE);
  }

  void addCut(int truncated, int candidates) {
    if (truncated > 0) {
      warnings.add(
          "%s cut to fit %s"
              .formatted(
                  Counted.share(truncated, candidates, "candidate", "was", "were"), bounds()));
    }
  }

  /** Warns about candidates that were not scored in time, by any stage or by one of them. */
  void addUnscored(Usage usage) {
    int left = usage.unscored();
    if (left > 0) {
      warnings.add(
          "time ran out before %s scored; such candidates come last, in the first stage's"
                  .formatted(Counted.share(left, usage.candidates(), "candidate", "was", "were"))
              + " order");
    }
    usage
        .stages()
        .subList(1, usage.stages().size())
        .forEach(stage -> {
          if (stage.scored() < stage.candidates()) {
            warnings.add(
                "time ran out before '%s' scored %d of %s; what it did not score stays in the order of the"
                        .formatted(
                            stage.model(),
                            stage.candidates() - stage.scored(),
                            Counted.of(stage.candidates(), "candidate"))
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
    String tokens =
        switch (options.longText()) {
          case LongText.Cut _ when isLimited() -> LIMITS + " or the model's window";
          case LongText.Cut _, LongText.Refuse _ ->
              "the model's window of %s tokens"
                  .formatted(
                      windows.stream().map(String::valueOf).collect(Collectors.joining(" or ")));
          case LongText.Passages _ -> "the request's limits on tokens and passages per document";
        };
    return texts.cut() == 0
        ? tokens
        : tokens
            + ", or the %d characters that are read".formatted(texts.policy().maxCandidateChars());
  }
}
