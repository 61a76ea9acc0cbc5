package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * A document that the first stage found.
 *
 * @param id the caller's id for the document; unique in its request
 * @param text the text to score
 * @param firstStageScore the first stage's score, if the caller sent one. It decides which
 *     candidates are scored first, breaks ties, and counts in fusion
 */
public record Candidate(String id, String text, @Nullable Double firstStageScore) {}
