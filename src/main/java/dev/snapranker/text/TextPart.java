package dev.snapranker.text;

/**
 * What is read of a text: all of it, or its beginning or end if it is too long. What cannot be seen
 * at that end (white space, zero-width characters) does not count.
 *
 * @param text the part
 * @param codePointsBefore of the whole text before the part
 * @param whole whether nothing that can be seen was cut off
 */
public record TextPart(String text, int codePointsBefore, boolean whole) {
  private static final int REPLACEMENT_CHARACTER = 0xFFFD;

  /**
   * The part of a text.
   *
   * @param maxChars in UTF-16; no pair of surrogates is split
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

  /** Whether there is no character to be seen. */
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

  /** Not before {@link #firstVisible}. */
  private static int endOfVisible(String text) {
    int first = firstVisible(text);
    int at = text.length();
    while (at > first && !isVisible(text.codePointBefore(at))) {
      at -= Character.charCount(text.codePointBefore(at));
    }
    return at;
  }

  /** Tokenizers drop the others, or take them for white space. */
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
