package dev.snapranker.store;

import java.io.IOException;

/** Bytes that are not whole gzip; the message says where and why. */
public final class GzipException extends IOException {
  private static final long serialVersionUID = 1;

  GzipException(long at, String problem) {
    super("byte %d: %s".formatted(at, problem));
  }
}
