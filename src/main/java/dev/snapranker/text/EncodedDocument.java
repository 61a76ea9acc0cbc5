package dev.snapranker.text;

import java.util.List;

/**
 * A document encoded with a query, ready to score.
 *
 * @param document the document's tokens
 * @param passages the passages to score; exactly one unless the request asks for passages
 */
public record EncodedDocument(Tokens document, List<Passage> passages) {
  public EncodedDocument {
    passages = List.copyOf(passages);
  }

  /** One pair for each passage. */
  public List<EncodedPair> pairs() {
    return passages.stream().map(Passage::pair).toList();
  }

  /** The number of tokens in the part of the document that is read. */
  public int totalTokens() {
    return document.count();
  }

  /** How many of these tokens are in a passage. A token in two passages counts once. */
  public int keptTokens() {
    return passages.getLast().end() - passages.getFirst().first();
  }

  /** Whether a part of the document is not in any passage. */
  public boolean truncated() {
    return keptTokens() < totalTokens() || !document.isWhole();
  }

  /** Where a passage begins in the document's text, in Unicode code points. */
  public int start(Passage passage) {
    return passage.first() == passage.end()
        ? 0
        : document.codePointsBefore() + document.start(passage.first());
  }

  /** Where a passage ends in the document's text, in Unicode code points. */
  public int end(Passage passage) {
    return passage.first() == passage.end()
        ? 0
        : document.codePointsBefore() + document.end(passage.end() - 1);
  }
}
