package dev.snapranker.api;

/**
 * What one stage of a call did.
 *
 * @param model the model's id
 * @param candidates how many came to it
 * @param scored how many of them it scored in time
 * @param tokens tokens that went through the model, special tokens included
 */
public record StageUsage(String model, int candidates, int scored, long tokens) {}
