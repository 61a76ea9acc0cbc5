package dev.snapranker.text;

import dev.snapranker.model.Opened;
import java.util.List;

/** Turns text into tokens of the model's vocabulary. Thread-safe. */
public interface Tokenizer extends AutoCloseable {

  /**
   * Opens a bundle's tokenizer.
   *
   * @param tokenizerJson the content of {@code tokenizer.json}; truncation and padding in it are
   *     ignored
   */
  static Tokenizer of(String tokenizerJson) {
    Tokenizer library = new HuggingFaceTokens(tokenizerJson);
    try {
      return WordPiece.of(library, tokenizerJson);
    } catch (Throwable e) {
      Opened.of(List.of(library)).closeAfter(e);
      throw e;
    }
  }

  /** Loads the tokenizers' native library if needed. */
  static void loadLibrary() {
    HuggingFaceTokens.loadLibrary();
  }

  /** Encodes the whole text, without special tokens and without truncation. */
  Tokens encode(String text);

  @Override
  void close();
}
