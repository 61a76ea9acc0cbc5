package dev.snapranker.job;

/** Who watches a job. Called by one thread at a time, but for {@link #defect}. */
public interface JobLog {
  /** A line's results are on their way. */
  default void written(LineResult written, long inputBytes) {}

  /** What is kept in the store has changed, so that a later run goes on from here. */
  default void saved(ShardStatus soFar) {}

  /** Something an operator may want to know, without any text of queries or documents. */
  void note(String message);

  /** A line's error is our fault. */
  void defect(long line, RuntimeException defect);
}
