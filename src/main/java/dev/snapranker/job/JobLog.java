package dev.snapranker.job;

/** Watches a job. Called by one thread. */
public interface JobLog {
  /**
   * A line was ranked.
   *
   * @param inputBytes what was read of the shard's input so far
   */
  default void lineDone(LineResult result, long inputBytes) {}

  /** A checkpoint was saved: a later run continues there. */
  default void checkpointSaved(ShardStatus status) {}

  /** Something that an operator may want to know, without any text of queries or documents. */
  void note(String message);

  /** A line's error is our fault. */
  void defect(long line, RuntimeException defect);
}
