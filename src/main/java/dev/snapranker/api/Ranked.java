package dev.snapranker.api;

/**
 * One candidate in its place.
 *
 * @param id the candidate's id
 * @param index the candidate's position in the request, from 0
 * @param rank the place in the ranking, from 1
 * @param score the sigmoid of the logit in [0, 1], or the logit itself when raw scores were asked
 *     for
 * @param logit what the cross-encoder gave
 * @param truncated whether the document's end did not fit into the model's window
 */
public record Ranked(
    String id, int index, int rank, double score, float logit, boolean truncated) {}
