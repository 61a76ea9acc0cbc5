package dev.snapranker.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The work of one call.
 *
 * @param candidates how many candidates the request has
 * @param scored how many candidates at least one model scored
 * @param truncated how many candidates have text that was not scored
 * @param blank how many candidates are blank: no model scored them
 * @param stages one entry for each stage, in their order; at least one
 * @param explain null unless the caller asked for explanations
 * @param fanOut null unless other execution environments were asked to help
 */
public record Usage(
    int candidates,
    int scored,
    int truncated,
    int blank,
    List<StageUsage> stages,
    @Nullable ExplainUsage explain,
    @Nullable FanOutUsage fanOut) {
  public Usage {
    stages = List.copyOf(stages);
  }

  /** How many tokens the models read, special tokens included. */
  public long tokens() {
    return stages.stream().mapToLong(StageUsage::tokens).sum()
        + (explain == null ? 0 : explain.tokens());
  }

  /** How many candidates were not scored because time ran out. */
  public int unscored() {
    return candidates - blank - scored;
  }

  /** How many candidates repeat an earlier candidate's text. */
  public int duplicates() {
    return stages.getFirst().duplicates();
  }

  /** How many passages got a logit, in all stages. */
  public int passages() {
    return stages.stream().mapToInt(StageUsage::passages).sum();
  }

  /** How many of these passages' logits came from the cache. */
  public int cached() {
    return stages.stream().mapToInt(StageUsage::cached).sum();
  }

  /** How many candidates were scored, but did not reach the last stage. */
  public int earlyExits() {
    return stages.size() < 2 ? 0 : scored - stages.getLast().candidates();
  }
}
