package dev.snapranker.text;

import dev.snapranker.api.LongText;
import dev.snapranker.model.PairTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
    int room = maxTokens / 2 - template.before().size() - template.between().size();
    return new EncodedQuery(ids.length > room ? Arrays.copyOf(ids, room) : ids, ids.length);
  }

  /** How many tokens of a document fit beside the query. */
  public int room(EncodedQuery query) {
    return maxTokens - template.specialTokens() - query.keptTokens();
  }

  /** The query and one document. */
  public EncodedDocument document(EncodedQuery query, String document, LongText longText) {
    long[] ids = tokenizer.encode(document);
    int room = room(query);
    int kept = Math.min(ids.length, room);
    return switch (longText) {
      case LongText.Cut(boolean keepEnd) -> {
        int start = keepEnd ? ids.length - kept : 0;
        yield new EncodedDocument(List.of(pair(query, ids, start, kept)), ids.length, kept);
      }
      case LongText.Refuse() ->
          new EncodedDocument(List.of(pair(query, ids, 0, kept)), ids.length, kept);
      case LongText.BestChunk(int maxTokens, int maxChunks) ->
          chunks(query, ids, Math.min(ids.length, maxTokens), maxChunks);
    };
  }

  private EncodedDocument chunks(EncodedQuery query, long[] ids, int end, int maxChunks) {
    List<EncodedPair> pairs = new ArrayList<>();
    int start = 0;
    do {
      int kept = Math.min(end - start, room(query));
      pairs.add(pair(query, ids, start, kept));
      start += kept;
    } while (start < end && pairs.size() < maxChunks);
    return new EncodedDocument(pairs, ids.length, start);
  }

  /** The query with {@code documentIds[start .. start + kept]}. */
  private EncodedPair pair(EncodedQuery query, long[] documentIds, int start, int kept) {
    long[] inputIds = new long[template.specialTokens() + query.keptTokens() + kept];
    int end = append(template.before(), inputIds, 0);
    System.arraycopy(query.ids(), 0, inputIds, end, query.keptTokens());
    int documentStart = append(template.between(), inputIds, end + query.keptTokens());
    System.arraycopy(documentIds, start, inputIds, documentStart, kept);
    append(template.after(), inputIds, documentStart + kept);

    long[] segmentIds = new long[inputIds.length];
    Arrays.fill(segmentIds, 0, documentStart, template.querySegment());
    Arrays.fill(segmentIds, documentStart, segmentIds.length, template.documentSegment());
    return new EncodedPair(inputIds, segmentIds);
  }

  /** Writes the tokens from {@code at} on and returns where they end. */
  private static int append(List<Integer> tokens, long[] inputIds, int at) {
    int end = at;
    for (int token : tokens) {
      inputIds[end++] = token;
    }
    return end;
  }
}
