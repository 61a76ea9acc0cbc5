package dev.snapranker.text;

/**
 * A part of a document, encoded with a query and ready to score.
 *
 * @param first the index of the part's first token in the document
 * @param end the index after its last token
 */
public record Passage(EncodedPair pair, int first, int end) {}
