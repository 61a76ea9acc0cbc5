package dev.snapranker.dev.cli;

/** Makes text from files or callers safe for one line of the terminal. */
public final class TerminalText {
  private TerminalText() {}

  /** The text without control characters, which could change the terminal's state. */
  public static String line(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.isWhitespace(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString()
        .strip();
  }

  /** The same text, cut to at most {@code most} code points. */
  public static String line(String text, int most) {
    String line = line(text);
    return line.codePointCount(0, line.length()) <= most
        ? line
        : line.substring(0, line.offsetByCodePoints(0, most - 1)) + "…";
  }
}
