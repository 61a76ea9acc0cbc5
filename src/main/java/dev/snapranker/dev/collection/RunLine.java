package dev.snapranker.dev.collection;

import org.jspecify.annotations.Nullable;

/**
 * A line of a run: a document that a query found.
 *
 * @param queryText null unless the run brings its texts along, as top1000.dev does
 * @param text of the document; null unless the run brings its texts along
 */
public record RunLine(String query, Hit hit, @Nullable String queryText, @Nullable String text) {}
