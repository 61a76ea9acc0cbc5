package dev.snapranker.rank.order;

import org.jspecify.annotations.Nullable;

/**
 * A scored candidate with the value that decides its rank.
 *
 * @param value the logit, or the fused value
 * @param score the value on a scale of 0..1
 * @param firstStagePart the share of the fused value that comes from the first stage; null without
 *     fusion
 */
public record FusedCandidate(
    CascadeCandidate candidate, double value, double score, @Nullable Double firstStagePart) {}
