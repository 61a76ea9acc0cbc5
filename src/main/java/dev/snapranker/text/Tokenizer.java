package dev.snapranker.text;

import dev.snapranker.model.Opened;
import java.util.List;

/** Turns text into tokens of the model's vocabulary. Safe for use by many threads at once. */
public interface Tokenizer extends AutoCloseable {

  /**
   * A bundle's tokenizer.
   *
   * @param tokenizerJson the content of {@code tokenizer.json}; truncation and padding in it are
   *     ignored
   */
  static Tokenizer of(String tokenizerJson) {
    Tokenizer library = new HuggingFaceTokens(tokenizerJson);
    try {
      return WordPiece.before(library, tokenizerJson);
    } catch (Throwable e) {
      Opened.of(List.of(library)).closeAfter(e);
      throw e;
    }
  }

  /** All of {@code text}, without special tokens, without truncation. */
  Tokens encode(String text);

  @Override
  void close();
}
