package dev.snapranker.text;

import java.util.List;

/**
 * A document beside a query, ready to score.
 *
 * @param document the document's tokens
 * @param passages at least one, and one only unless the document is scored in passages
 */
public record EncodedDocument(Tokens document, List<Passage> passages) {
  public EncodedDocument {
    passages = List.copyOf(passages);
  }

  /** The query with each passage. */
  public List<EncodedPair> pairs() {
    return passages.stream().map(Passage::pair).toList();
  }

  /** How many tokens the document has, or the part of it that is read. */
  public int totalTokens() {
    return document.count();
  }

  /** How many of them are in {@link #passages}; one that is in two counts once. */
  public int keptTokens() {
    return passages.getLast().end() - passages.getFirst().first();
  }

  /** Whether a part of the document did not fit. */
  public boolean truncated() {
    return keptTokens() < totalTokens() || !document.isWhole();
  }

  /** Where a passage begins in the document's text, in Unicode code points. */
  public int start(Passage passage) {
    return passage.first() == passage.end()
        ? 0
        : document.codePointsBefore() + document.start(passage.first());
  }

  /** Where it ends. */
  public int end(Passage passage) {
    return passage.first() == passage.end()
        ? 0
        : document.codePointsBefore() + document.end(passage.end() - 1);
  }
}
