package dev.snapranker.dev.fit;

/**
 * A pair of query and document with its logit and its judgement.
 *
 * @param query the query's id
 * @param score the score that the reply has
 */
record JudgedLogit(String query, double logit, double score, boolean relevant) {}
