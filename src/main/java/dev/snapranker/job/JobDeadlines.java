package dev.snapranker.job;

import dev.snapranker.api.Deadline;

/**
 * The deadlines for a run of a shard.
 *
 * @param readUntil no new line is started after it
 * @param rankUntil unfinished lines are abandoned after it
 */
public record JobDeadlines(Deadline readUntil, Deadline rankUntil) {
  /** The time reserved for uploading and for the checkpoint. */
  private static final long WRITING_MILLIS = 10_000;

  public static JobDeadlines unlimited() {
    return new JobDeadlines(Deadline.never(), Deadline.never());
  }

  /** The deadlines in a function that Lambda stops after {@code millis}. */
  public static JobDeadlines ofMillis(long millis) {
    long writing = Math.min(WRITING_MILLIS, millis / 4);
    return new JobDeadlines(
        Deadline.inMillis(millis - 2 * writing), Deadline.inMillis(millis - writing));
  }
}
