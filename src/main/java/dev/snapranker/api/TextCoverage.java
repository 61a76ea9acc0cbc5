package dev.snapranker.api;

/**
 * What of a candidate's text the model read.
 *
 * @param tokensKept how many of its tokens were scored, in one passage or another
 * @param tokensTotal how many it has
 * @param bestStart where the passage begins that decided, in Unicode code points of the text
 * @param bestEnd where it ends
 */
public record TextCoverage(int tokensKept, int tokensTotal, int bestStart, int bestEnd) {}
