package dev.snapranker.api;

/**
 * What the explanations took.
 *
 * @param passages passages that were scored again without a sentence
 * @param tokens tokens that went through the models for it, special tokens included
 */
public record ExplainUsage(int passages, long tokens) {}
