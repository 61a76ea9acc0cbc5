package dev.snapranker.rank;

import org.jspecify.annotations.Nullable;

/**
 * A hit that was scored, with what its place comes from.
 *
 * @param raw the logit, or the fused value
 * @param score the same in 0..1
 * @param firstStagePart what the first stage gave to the fused value; null without fusion
 */
record Placed(Hit hit, double raw, double score, @Nullable Double firstStagePart) {}
