package dev.snapranker.job;

import org.jspecify.annotations.Nullable;

/** What is kept of a shard's progress is of no use; the message says why. */
final class StartOverException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final @Nullable String goneUpload;

  StartOverException(String why) {
    this(why, null);
  }

  StartOverException(String why, @Nullable String goneUpload) {
    super(why);
    this.goneUpload = goneUpload;
  }

  /** The upload that is gone; null if it is something else. */
  @Nullable String goneUpload() {
    return goneUpload;
  }
}
