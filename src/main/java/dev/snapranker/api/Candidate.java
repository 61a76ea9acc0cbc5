package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * A passage that the first stage found.
 *
 * @param id what the caller knows it by; unique in its request
 * @param text what is scored
 * @param firstStageScore the first stage's score, if the caller sent one; breaks ties of equal
 *     logits
 */
public record Candidate(String id, String text, @Nullable Double firstStageScore) {}
