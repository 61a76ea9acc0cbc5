package dev.snapranker.text;

/**
 * A query beside a part of a document, ready to score.
 *
 * @param first the part's first token in the document
 * @param end the token after its last one
 */
public record Passage(EncodedPair pair, int first, int end) {}
