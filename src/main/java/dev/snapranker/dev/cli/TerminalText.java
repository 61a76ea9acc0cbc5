package dev.snapranker.dev.cli;

/** The words of others as one line on the terminal. */
public final class TerminalText {
  private TerminalText() {}

  /** With no control character that could play with the terminal. */
  public static String line(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.isWhitespace(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString()
        .strip();
  }

  /** The same, of at most so many characters; cut on code points. */
  public static String line(String text, int most) {
    String line = line(text);
    return line.codePointCount(0, line.length()) <= most
        ? line
        : line.substring(0, line.offsetByCodePoints(0, most - 1)) + "…";
  }
}
