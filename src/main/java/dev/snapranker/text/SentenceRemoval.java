package dev.snapranker.text;

/**
 * A query and a passage without one of its sentences.
 *
 * @param start where that sentence begins in the document's text, in Unicode code points
 * @param end where it ends
 */
public record SentenceRemoval(EncodedPair pair, int start, int end) {}
