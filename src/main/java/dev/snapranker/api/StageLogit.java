package dev.snapranker.api;

/**
 * What one model gave a candidate.
 *
 * @param model the model's id
 */
public record StageLogit(String model, float logit) {}
