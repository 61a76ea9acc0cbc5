package dev.snapranker.dev.fit;

/**
 * What the model gave a pair, and what the judges did.
 *
 * @param query the query's id
 * @param score what a caller is told
 */
record JudgedLogit(String query, double logit, double score, boolean relevant) {}
