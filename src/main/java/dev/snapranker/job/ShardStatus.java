package dev.snapranker.job;

/**
 * The progress of a shard.
 *
 * @param done whether the outputs are complete
 * @param lines how many lines of the input are finished, including blank ones
 * @param errors how many of them are errors
 */
public record ShardStatus(Shard shard, boolean done, long lines, long errors) {}
