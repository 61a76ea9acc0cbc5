package dev.snapranker.observe;

/**
 * The record of a job's work since its last record. It contains only figures, and no text of lines.
 *
 * @param requestId Lambda's request id
 * @param shard the input's name
 * @param line the number of the last finished line
 * @param lines how many results and errors were written
 * @param errors how many of these are errors
 * @param candidates how many candidates were scored
 * @param tokens how many tokens the model read
 * @param done whether the shard is finished
 */
public record JobWork(
    String requestId,
    String shard,
    long line,
    int lines,
    int errors,
    long candidates,
    long tokens,
    boolean done) {}
