package dev.snapranker.api;

/**
 * A candidate's logit by one stage.
 *
 * @param model the model's id
 */
public record StageLogit(String model, float logit) {}
