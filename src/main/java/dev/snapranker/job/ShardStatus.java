package dev.snapranker.job;

/**
 * How far a shard is.
 *
 * @param done whether its outputs are there
 * @param lines of the input that are done, blank ones included
 * @param errors bad lines among them
 */
public record ShardStatus(Shard shard, boolean done, long lines, long errors) {}
