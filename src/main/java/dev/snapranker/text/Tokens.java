package dev.snapranker.text;

/** A text as ids of a vocabulary, without special tokens. Good for each model that shares it. */
public final class Tokens {
  private final long[] ids; // [tokens]

  public Tokens(long[] ids) {
    this.ids = ids;
  }

  long[] ids() {
    return ids;
  }

  public int count() {
    return ids.length;
  }
}
