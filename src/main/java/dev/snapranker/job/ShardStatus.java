package dev.snapranker.job;

/**
 * How far a shard is.
 *
 * @param done whether its outputs are there
 * @param lines of input that are done with, blank ones included
 * @param errors lines among them that were bad
 */
public record ShardStatus(Shard shard, boolean done, long lines, long errors) {}
