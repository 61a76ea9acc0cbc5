package dev.snapranker.job;

import java.io.IOException;

/** The time for reading lines has run out. */
final class ReadTimeoutException extends IOException {
  private static final long serialVersionUID = 1;
}
