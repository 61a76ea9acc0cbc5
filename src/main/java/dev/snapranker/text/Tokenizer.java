package dev.snapranker.text;

/** Turns text into tokens of the model's vocabulary. Safe for use by many threads at once. */
public interface Tokenizer extends AutoCloseable {

  /**
   * A bundle's tokenizer.
   *
   * @param tokenizerJson the content of {@code tokenizer.json}; truncation and padding in it are
   *     ignored
   */
  static Tokenizer of(String tokenizerJson) {
    return WordPiece.before(new HuggingFaceTokens(tokenizerJson), tokenizerJson);
  }

  /** All of {@code text}, without special tokens, without truncation. */
  Tokens encode(String text);

  @Override
  void close();
}
