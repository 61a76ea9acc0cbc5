package dev.snapranker.examples.opensearch;

/**
 * A document that a search found.
 *
 * @param text title and text for the reranker
 * @param score the BM25 score
 */
record Hit(String id, String text, double score) {}
