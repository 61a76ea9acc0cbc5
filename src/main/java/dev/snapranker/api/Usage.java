package dev.snapranker.api;

/**
 * What a call consumed.
 *
 * @param candidates candidates scored
 * @param tokens tokens that went through the model, special tokens included
 * @param truncated candidates whose end did not fit into the model's window
 */
public record Usage(int candidates, long tokens, int truncated) {}
