package dev.snapranker.text;

/** Turns text into tokens of the model's vocabulary. Safe for use by many threads at once. */
public interface Tokenizer extends AutoCloseable {

  /** All of {@code text}, without special tokens, without truncation. */
  Tokens encode(String text);

  @Override
  void close();
}
