package dev.snapranker.rank.order;

import org.jspecify.annotations.Nullable;

/**
 * A scored candidate with the value that orders it.
 *
 * @param value the logit, or the fused value
 * @param score the same in 0..1
 * @param firstStagePart what the first stage gave to the fused value; null without fusion
 */
public record FusedCandidate(
    CascadeCandidate candidate, double value, double score, @Nullable Double firstStagePart) {}
