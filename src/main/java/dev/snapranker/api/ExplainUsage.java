package dev.snapranker.api;

/**
 * The work that the explanations needed.
 *
 * @param passages how many times a passage was scored again without one of its sentences
 * @param tokens how many tokens the models read for the explanations, special tokens included
 */
public record ExplainUsage(int passages, long tokens) {}
