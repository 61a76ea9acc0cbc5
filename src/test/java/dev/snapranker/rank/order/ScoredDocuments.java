package dev.snapranker.rank.order;

import dev.snapranker.api.Candidate;
import dev.snapranker.api.Options;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.rank.Fakes;
import dev.snapranker.rank.scoring.ModelInput;
import dev.snapranker.rank.scoring.ScoredDocument;
import dev.snapranker.rank.scoring.Texts;
import dev.snapranker.text.EncodedDocument;
import dev.snapranker.text.EncodedPair;
import dev.snapranker.text.Passage;
import dev.snapranker.text.Tokens;
import java.util.List;

/** Documents of one token. */
final class ScoredDocuments {
  private static final RerankRequest REQUEST =
      new RerankRequest("q", List.of(new Candidate("c", "x", null)), Options.DEFAULT);
  private static final ModelInput INPUT =
      new Texts(REQUEST, Fakes.TEXTS).inputFor(new Fakes().model("m", 0));

  private ScoredDocuments() {}

  static ScoredDocument withLogit(float logit) {
    long[] id = {7};
    Passage passage = new Passage(new EncodedPair(id, id, 0), 0, 1);
    Tokens tokens = new Tokens("x", id, new int[] {0}, new int[] {1});
    return new ScoredDocument(
        INPUT, new EncodedDocument(tokens, List.of(passage)), logit, passage, logit);
  }
}
