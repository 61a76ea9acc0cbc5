package dev.snapranker.text;

/**
 * The part of a text that is read: all of it, or its beginning or end if it is too long. Invisible
 * characters at the start and end (white space, zero-width characters) do not count.
 *
 * @param text the part
 * @param codePointsBefore how many code points of the whole text come before the part
 * @param whole whether no visible character was cut off
 */
public record TextPart(String text, int codePointsBefore, boolean whole) {
  private static final int REPLACEMENT_CHARACTER = 0xFFFD;

  /**
   * Cuts a text.
   *
   * @param maxChars the most UTF-16 characters to keep; no pair of surrogates is split
   * @param fromEnd whether the end is read instead of the beginning
   */
  public static TextPart of(String text, int maxChars, boolean fromEnd) {
    if (text.length() <= maxChars) {
      return new TextPart(text, 0, true);
    }
    int start = firstVisible(text);
    int end = endOfVisible(text);
    boolean whole = end - start <= maxChars;
    if (!whole && fromEnd) {
      start = end - maxChars;
      start += Character.isLowSurrogate(text.charAt(start)) ? 1 : 0;
    } else if (!whole) {
      end = start + maxChars;
      end -= Character.isHighSurrogate(text.charAt(end - 1)) ? 1 : 0;
    }
    return new TextPart(text.substring(start, end), text.codePointCount(0, start), whole);
  }

  /** Whether the text has no visible character. */
  public boolean isBlank() {
    return firstVisible(text) == text.length();
  }

  private static int firstVisible(String text) {
    int at = 0;
    while (at < text.length() && !isVisible(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  /** The position after the last visible character; at least {@link #firstVisible}. */
  private static int endOfVisible(String text) {
    int first = firstVisible(text);
    int at = text.length();
    while (at > first && !isVisible(text.codePointBefore(at))) {
      at -= Character.charCount(text.codePointBefore(at));
    }
    return at;
  }

  /** Whether a tokenizer keeps the character. It drops the others or treats them as white space. */
  private static boolean isVisible(int character) {
    return switch (Character.getType(character)) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          false;
      default -> character != REPLACEMENT_CHARACTER;
    };
  }
}
