package dev.snapranker.job;

import dev.snapranker.api.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The output of a job for one line of its input.
 *
 * @param number the line's number, from 1
 * @param digest the digest of the input up to and including the line
 * @param json a line of JSON
 * @param trecRun the lines of a TREC run; empty for none
 * @param usage the work of ranking the line; all zero for an error
 * @param bad whether the JSON is an error
 * @param defect the defect of the program that caused the error; null for none
 */
public record LineResult(
    long number,
    String digest,
    String json,
    String trecRun,
    Usage usage,
    boolean bad,
    @Nullable RuntimeException defect) {}
