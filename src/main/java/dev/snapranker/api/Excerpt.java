package dev.snapranker.api;

/** Shortens a caller's text, so that a message can quote it. */
public final class Excerpt {
  private static final int MAX_CHARS = 200;

  private Excerpt() {}

  public static String of(String text) {
    return of(text, MAX_CHARS);
  }

  /**
   * The text, or its first characters.
   *
   * @param mostChars the most UTF-16 characters to keep; a pair of surrogates is not split
   */
  public static String of(String text, int mostChars) {
    if (text.length() <= mostChars) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(mostChars - 1));
    return text.substring(0, splitsPair ? mostChars - 1 : mostChars) + "…";
  }
}
