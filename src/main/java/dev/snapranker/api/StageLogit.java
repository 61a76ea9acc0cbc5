package dev.snapranker.api;

/**
 * The logit that one stage gave to a candidate.
 *
 * @param model the model's id
 */
public record StageLogit(String model, float logit) {}
