package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * A document that the first stage found.
 *
 * @param id what the caller knows it by; unique in its request
 * @param text what is scored
 * @param firstStageScore the first stage's score, if the caller sent one. It decides who is scored
 *     first, breaks ties, and counts in fusion
 */
public record Candidate(String id, String text, @Nullable Double firstStageScore) {}
