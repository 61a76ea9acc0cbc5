package dev.snapranker.api;

/**
 * What one stage of a call did.
 *
 * @param model the model's id
 * @param candidates how many it was given
 * @param scored how many of them it scored in time
 * @param duplicates how many of them have the text of one before them, and so its logit
 * @param passages how many passages of the others got a logit
 * @param cached how many of these passages' logits were known
 * @param tokens tokens that went through the model, special tokens included
 */
public record StageUsage(
    String model,
    int candidates,
    int scored,
    int duplicates,
    int passages,
    int cached,
    long tokens) {}
