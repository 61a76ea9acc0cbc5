package dev.snapranker.api;

import java.util.List;

/**
 * What a call consumed.
 *
 * @param candidates candidates posted
 * @param scored candidates that at least one model scored
 * @param tokens tokens that went through the models, special tokens included
 * @param truncated candidates whose end did not fit into the model's window
 * @param stages one entry for each stage, in their order
 */
public record Usage(
    int candidates, int scored, long tokens, int truncated, List<StageUsage> stages) {
  public Usage {
    stages = List.copyOf(stages);
  }
}
