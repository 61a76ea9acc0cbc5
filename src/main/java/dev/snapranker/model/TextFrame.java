package dev.snapranker.model;

/**
 * The template's text around a query or a document. Both are tokenized as one text, because a token
 * may reach over the border.
 *
 * @param before the text before
 * @param after the text after
 */
public record TextFrame(String before, String after) {
  /** No text: query or document is tokenized alone. */
  public static final TextFrame NONE = new TextFrame("", "");

  /** The text in its frame. */
  public String around(String text) {
    return before + text + after;
  }
}
