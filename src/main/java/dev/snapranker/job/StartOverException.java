package dev.snapranker.job;

import org.jspecify.annotations.Nullable;

/** A shard's progress cannot be used. The message says why. */
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

  /** The upload that no longer exists; null if the reason is another one. */
  @Nullable String goneUpload() {
    return goneUpload;
  }
}
