package dev.snapranker.job;

import dev.snapranker.api.Deadline;

/**
 * How long a run of a shard may take.
 *
 * @param readUntil when no new line is begun
 * @param rankUntil when lines that are begun are given up
 */
public record JobDeadlines(Deadline readUntil, Deadline rankUntil) {
  /** What is left for uploading and for the checkpoint. */
  private static final long WRITING_MILLIS = 10_000;

  public static JobDeadlines unlimited() {
    return new JobDeadlines(Deadline.never(), Deadline.never());
  }

  /** Of a function that is stopped after {@code millis}. */
  public static JobDeadlines ofMillis(long millis) {
    long writing = Math.min(WRITING_MILLIS, millis / 4);
    return new JobDeadlines(
        Deadline.inMillis(millis - 2 * writing), Deadline.inMillis(millis - writing));
  }
}
