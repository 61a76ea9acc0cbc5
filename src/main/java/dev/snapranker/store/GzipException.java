package dev.snapranker.store;

import java.io.IOException;

/** The bytes are not a complete gzip file. The message says where and why. */
public final class GzipException extends IOException {
  private static final long serialVersionUID = 1;

  GzipException(long at, String problem) {
    super("byte %d: %s".formatted(at, problem));
  }
}
