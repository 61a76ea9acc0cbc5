package dev.snapranker.text;

import dev.snapranker.model.PairTemplate;
import java.util.Arrays;

/**
 * Lays out query and document as one sequence of at most {@code maxTokens}. The query, with its
 * special tokens, may take half of the window; what is left is the document's, and only the
 * document is truncated.
 */
public final class PairEncoder {
  private final Tokenizer tokenizer;
  private final PairTemplate template;
  private final int maxTokens;

  public PairEncoder(Tokenizer tokenizer, PairTemplate template, int maxTokens) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.maxTokens = maxTokens;
  }

  /** The query, encoded once for all of its documents. */
  public EncodedQuery query(String query) {
    long[] ids = tokenizer.encode(query);
    int room = maxTokens / 2 - (template.specialTokens() - 1); // the last one is the document's
    return new EncodedQuery(ids.length > room ? Arrays.copyOf(ids, room) : ids, ids.length);
  }

  /** The query and one document. */
  public EncodedPair pair(EncodedQuery query, String document) {
    long[] queryIds = query.ids();
    long[] documentIds = tokenizer.encode(document);
    int kept = Math.min(documentIds.length, maxTokens - template.specialTokens() - queryIds.length);

    long[] inputIds = new long[template.specialTokens() + queryIds.length + kept];
    inputIds[0] = template.cls();
    System.arraycopy(queryIds, 0, inputIds, 1, queryIds.length);
    int documentStart = 1 + queryIds.length + template.separators();
    Arrays.fill(inputIds, 1 + queryIds.length, documentStart, template.sep());
    System.arraycopy(documentIds, 0, inputIds, documentStart, kept);
    inputIds[inputIds.length - 1] = template.sep();

    long[] segmentIds = new long[inputIds.length];
    Arrays.fill(segmentIds, 0, documentStart, template.querySegment());
    Arrays.fill(segmentIds, documentStart, segmentIds.length, template.documentSegment());
    return new EncodedPair(inputIds, segmentIds, kept < documentIds.length);
  }
}
