package dev.snapranker.rank;

import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.Passage;
import dev.snapranker.text.Tokens;
import java.util.List;

/** Documents of one token. */
final class ScoredDocuments {
  private ScoredDocuments() {}

  static ScoredDocument withLogit(float logit) {
    long[] id = {7};
    Passage passage = new Passage(new EncodedPair(id, id), 0, 1);
    Tokens tokens = new Tokens("x", id, new int[] {0}, new int[] {1});
    return new ScoredDocument(new EncodedDocument(tokens, List.of(passage)), logit, passage, logit);
  }
}
