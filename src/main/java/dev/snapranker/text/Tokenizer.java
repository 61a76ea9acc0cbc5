package dev.snapranker.text;

/** Turns text into the ids of the model's vocabulary. Safe for use by many threads at once. */
public interface Tokenizer extends AutoCloseable {

  /** The ids of all of {@code text}, without special tokens, without truncation: [tokens]. */
  long[] encode(String text);

  @Override
  void close();
}
