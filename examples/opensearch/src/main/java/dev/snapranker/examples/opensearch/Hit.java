package dev.snapranker.examples.opensearch;

/**
 * A document that a search found.
 *
 * @param text title and text, as the reranker reads them
 * @param score BM25's
 */
record Hit(String id, String text, double score) {}
