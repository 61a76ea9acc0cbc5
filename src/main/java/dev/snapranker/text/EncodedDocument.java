package dev.snapranker.text;

import java.util.List;

/**
 * A document beside a query, ready to score.
 *
 * @param pairs the query with each passage of the document: at least one, and one only unless the
 *     document is scored in chunks
 * @param totalTokens how many tokens the document has
 * @param keptTokens how many of them are in {@code pairs}
 */
public record EncodedDocument(List<EncodedPair> pairs, int totalTokens, int keptTokens) {
  public EncodedDocument {
    pairs = List.copyOf(pairs);
  }

  /** Tokens that go through the model, special tokens included. */
  public int tokens() {
    return pairs.stream().mapToInt(EncodedPair::tokens).sum();
  }

  /** Whether a part of the document did not fit. */
  public boolean truncated() {
    return keptTokens < totalTokens;
  }
}
