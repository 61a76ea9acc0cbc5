package dev.snapranker.job;

import dev.snapranker.api.Usage;

/**
 * What becomes of one line of input.
 *
 * @param number of the line, from 1
 * @param digest of the input up to and including the line
 * @param result a line of JSON
 * @param run lines of a TREC run; empty for none
 * @param usage what its ranking consumed; nothing if the line is bad
 * @param bad whether the result is an error
 */
public record LineResult(
    long number, String digest, String result, String run, Usage usage, boolean bad) {}
