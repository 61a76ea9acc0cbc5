package dev.snapranker.job;

import java.io.IOException;

/** The time for reading is over. */
final class ReadTimeoutException extends IOException {
  private static final long serialVersionUID = 1;
}
