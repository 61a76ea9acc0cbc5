package dev.snapranker.job;

/**
 * How much of an input there is, or was read.
 *
 * @param bytes unpacked, with the lines' ends
 */
record InputSize(long bytes, long lines) {
  static final InputSize NONE = new InputSize(0, 0);

  /** With one more line. */
  InputSize plusLine(byte[] line) {
    return new InputSize(bytes + line.length, lines + 1);
  }
}
