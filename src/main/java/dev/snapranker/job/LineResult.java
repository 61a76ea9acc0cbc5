package dev.snapranker.job;

import dev.snapranker.api.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a job writes for one line of its input.
 *
 * @param number of the line, from 1
 * @param digest of the input up to and including the line
 * @param json a line of JSON
 * @param trecRun lines of a TREC run; empty for none
 * @param usage what ranking the line consumed; nothing if the line is bad
 * @param bad whether the JSON is an error
 * @param defect our fault that made the line bad; null for none
 */
public record LineResult(
    long number,
    String digest,
    String json,
    String trecRun,
    Usage usage,
    boolean bad,
    @Nullable RuntimeException defect) {}
