package dev.snapranker.rank.scoring;

/**
 * A model's logit for a query and one passage.
 *
 * @param cached whether it was known, and so cost nothing
 */
public record PairLogit(float value, boolean cached) {}
