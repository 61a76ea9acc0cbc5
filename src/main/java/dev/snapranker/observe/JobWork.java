package dev.snapranker.observe;

/**
 * The work that a job did since its last record. Holds figures only, and no text of its lines.
 *
 * @param requestId Lambda's
 * @param shard the input's name
 * @param line the last line that is done
 * @param lines results and errors written
 * @param errors errors among them
 * @param candidates scored
 * @param tokens that went through the model
 * @param done whether the shard is
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
