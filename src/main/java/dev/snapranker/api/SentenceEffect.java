package dev.snapranker.api;

/**
 * How much a sentence raises a candidate's logit.
 *
 * @param start where it begins, in Unicode code points of the text
 * @param end where it ends
 * @param drop how much lower the best passage's logit is without it
 */
public record SentenceEffect(int start, int end, float drop) {}
