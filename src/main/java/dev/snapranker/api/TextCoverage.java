package dev.snapranker.api;

/**
 * Which part of a candidate's text the model read.
 *
 * @param tokensKept how many of the text's tokens are in a scored passage
 * @param tokensTotal how many tokens the text has
 * @param bestStart where the best passage begins in the text, in Unicode code points
 * @param bestEnd where the best passage ends
 */
public record TextCoverage(int tokensKept, int tokensTotal, int bestStart, int bestEnd) {}
