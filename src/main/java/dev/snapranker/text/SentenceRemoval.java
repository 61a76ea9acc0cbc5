package dev.snapranker.text;

/**
 * A passage without one of its sentences, encoded with the query.
 *
 * @param start where the removed sentence begins in the document's text, in Unicode code points
 * @param end where the removed sentence ends
 */
public record SentenceRemoval(EncodedPair pair, int start, int end) {}
