package dev.snapranker.job;

/** Receives the progress of a job, from a single thread. */
public interface JobLog {
  /**
   * Called when a line was ranked.
   *
   * @param inputBytes how many bytes of the shard's input were read so far
   */
  default void lineDone(LineResult result, long inputBytes) {}

  /** Called when a checkpoint was saved, from which a later run continues. */
  default void checkpointSaved(ShardStatus status) {}

  /** Receives a message for the operator, without any text of queries or documents. */
  void note(String message);

  /** Called when a defect of the program made a line an error. */
  void defect(long line, RuntimeException defect);
}
