package dev.snapranker.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call consumed.
 *
 * @param candidates candidates posted
 * @param scored candidates that at least one model scored
 * @param truncated candidates of whose text a part was not scored
 * @param blank candidates without any text to read, which no model scored
 * @param stages one entry for each stage, in their order; at least one
 * @param explain null unless explanations were asked for
 */
public record Usage(
    int candidates,
    int scored,
    int truncated,
    int blank,
    List<StageUsage> stages,
    @Nullable ExplainUsage explain) {
  public Usage {
    stages = List.copyOf(stages);
  }

  /** Tokens that went through the models, special tokens included. */
  public long tokens() {
    return stages.stream().mapToLong(StageUsage::tokens).sum()
        + (explain == null ? 0 : explain.tokens());
  }

  /** Candidates that time ran out for. */
  public int unscored() {
    return candidates - blank - scored;
  }

  /** Candidates with the text of one before them. */
  public int duplicates() {
    return stages.getFirst().duplicates();
  }

  /** Passages that the stages scored. */
  public int passages() {
    return stages.stream().mapToInt(StageUsage::passages).sum();
  }

  /** How many of these passages' logits were known from earlier calls. */
  public int cached() {
    return stages.stream().mapToInt(StageUsage::cached).sum();
  }

  /** How many were scored, but did not come to the last stage. */
  public int earlyExits() {
    return stages.size() < 2 ? 0 : scored - stages.getLast().candidates();
  }
}
