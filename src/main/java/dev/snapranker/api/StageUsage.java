package dev.snapranker.api;

/**
 * The work of one stage in a call.
 *
 * @param model the model's id
 * @param candidates how many candidates the stage received
 * @param scored how many of them it scored in time
 * @param duplicates how many of them repeat an earlier candidate's text, and so share its logit
 * @param passages how many passages of the others got a logit
 * @param cached how many of these logits came from the cache
 * @param tokens how many tokens the model read, special tokens included
 */
public record StageUsage(
    String model,
    int candidates,
    int scored,
    int duplicates,
    int passages,
    int cached,
    long tokens) {}
