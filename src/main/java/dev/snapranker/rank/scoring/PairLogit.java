package dev.snapranker.rank;

/**
 * What a model says of a query and one passage.
 *
 * @param cached whether it was known, and so cost nothing
 */
record PairScore(float logit, boolean cached) {}
