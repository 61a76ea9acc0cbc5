package dev.snapranker.api;

/**
 * How much a sentence raises a candidate's logit.
 *
 * @param start where the sentence begins in the text, in Unicode code points
 * @param end where the sentence ends
 * @param drop how much lower the best passage's logit is without the sentence
 */
public record SentenceEffect(int start, int end, float drop) {}
